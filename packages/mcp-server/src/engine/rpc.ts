/** JSON-RPC and MCP error codes (MCP 2026-07-28, basic, "Error Codes"; -32002 is of 2025-11-25 and before). */
export const RPC = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  resourceNotFound: -32002,
  /** Of -32000 to -32019, which the specification leaves to servers. */
  forbidden: -32003,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const;

export type RequestId = string | number;
export type Params = Readonly<Record<string, unknown>>;

/** An error for the caller. `status` is what HTTP says with it; other transports have no use for it. */
export interface Fault {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  readonly status: number;
  /** The token lacks one of these; HTTP says so in a header. */
  readonly scopes?: readonly string[];
}

export interface RpcRequest {
  readonly kind: 'request';
  readonly id: RequestId;
  readonly method: string;
  readonly params: Params;
}

export interface RpcResponse {
  readonly kind: 'response';
  readonly id: RequestId;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

export type RpcMessage =
  | RpcRequest
  | RpcResponse
  | { readonly kind: 'notification'; readonly method: string; readonly params: Params }
  | { readonly kind: 'invalid'; readonly id?: RequestId; readonly fault: Fault };

/** Reads one parsed JSON value as a JSON-RPC message of MCP: no batches, no null ids. */
export function parseRpcMessage(value: unknown): RpcMessage {
  if (Array.isArray(value)) return invalid('Batches are not supported. Send one message at a time.');
  if (!isRecord(value)) return invalid('A JSON-RPC message is a JSON object.');
  const { id, method, params = {} } = value;
  const readableId = isRequestId(id) ? { id } : {};
  if (value['jsonrpc'] !== '2.0') return { ...invalid('"jsonrpc" must be "2.0".'), ...readableId };
  if (typeof method !== 'string') {
    return parseResponse(value) ?? { ...invalid('"method" must be a string.'), ...readableId };
  }
  if (!isRecord(params))
    return { ...invalid('"params" must be an object.', RPC.invalidParams), ...readableId };
  if (id === undefined) return { kind: 'notification', method, params };
  if (!isRequestId(id)) return invalid('"id" must be a string or an integer.');
  return { kind: 'request', id, method, params };
}

function parseResponse({ id, result, error }: Params): RpcResponse | undefined {
  if (!isRequestId(id)) return undefined;
  if (isRecord(result)) return { kind: 'response', id, result };
  if (!isRecord(error)) return undefined;
  const { code, message } = error;
  return { kind: 'response', id, error: { code: Number(code), message: String(message) } };
}

export function isRecord(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `result` is JSON already: lists are kept serialised and only put between id and brackets here. */
export function toResultMessage(id: RequestId, result: string): string {
  return `${toResultHead(id)}${result}}`;
}

/** `toResultMessage` in pieces, for a result that is kept as bytes. */
export function toResultParts(id: RequestId, result: Uint8Array): readonly (string | Uint8Array)[] {
  return [toResultHead(id), result, '}'];
}

function toResultHead(id: RequestId): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`;
}

/** `params` may hold anything JSON can carry. */
export function toNotification(method: string, params?: object): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

/** Without an id when the request's could not be read. */
export function toErrorMessage(id: RequestId | undefined, { code, message, data }: Fault): string {
  return JSON.stringify({ jsonrpc: '2.0', ...(id !== undefined && { id }), error: { code, message, data } });
}

export function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

function invalid(
  message: string,
  code: number = RPC.invalidRequest,
): Extract<RpcMessage, { kind: 'invalid' }> {
  return { kind: 'invalid', fault: { code, message, status: 400 } };
}
