import type { RequestMeta } from '../call-tool.ts';
import { quote } from '../quote.ts';
import { createEra2025, LEGACY_VERSIONS } from './era-2025.ts';
import { claimsModern, createEra2026, MODERN_VERSIONS, unsupportedVersion } from './era-2026.ts';
import type { Era } from './era.ts';
import { parseRpcMessage, RPC, toErrorMessage, toResultMessage, type Fault, type RpcRequest } from './rpc.ts';
import type { ServerModel } from './server-model.ts';

/**
 * What to send back. `status` is for HTTP; other transports send `json`, or nothing for `none`.
 */
export type Reply =
  | { readonly kind: 'message'; readonly json: string; readonly status: number }
  | { readonly kind: 'none'; readonly status: number };

/** Serves one message at a time, of either era, and remembers nothing between them. */
export interface Engine {
  /** @param message one parsed JSON value. Never rejects. */
  readonly handle: (message: unknown, meta: RequestMeta) => Promise<Reply>;
}

export function createEngine(model: ServerModel): Engine {
  const modern = createEra2026(model);
  const legacy = createEra2025(model);
  return {
    handle: async (value, meta) => {
      const message = parseRpcMessage(value);
      if (message.kind === 'invalid') return toFaultReply(message.fault, message.id);
      // No notification of a client asks anything of a server without sessions.
      if (message.kind === 'notification') return { kind: 'none', status: 202 };
      const era = chooseEra(message, meta, modern, legacy);
      return 'code' in era ? toFaultReply(era, message.id) : answer(era, message, meta, model);
    },
  };
}

/** For a body that is not JSON at all. */
export function createParseErrorReply(): Reply {
  return toFaultReply({ code: RPC.parseError, message: 'The message is not valid JSON.', status: 400 });
}

/**
 * A request that names its version in `_meta` is of 2026, whatever its headers say. One that does not is of 2025,
 * unless its header claims otherwise (2026-07-28, versioning, "Backward Compatibility").
 */
function chooseEra(request: RpcRequest, meta: RequestMeta, modern: Era, legacy: Era): Era | Fault {
  if (claimsModern(request.params)) return modern;
  const version = meta.header?.('mcp-protocol-version');
  if (version === undefined || LEGACY_VERSIONS.includes(version)) return legacy;
  return MODERN_VERSIONS.includes(version) ? modern : unsupportedVersion(version);
}

async function answer(
  era: Era,
  request: RpcRequest,
  meta: RequestMeta,
  { log }: ServerModel,
): Promise<Reply> {
  const refused = era.admit(request, meta);
  if (refused) return toFaultReply(refused, request.id);
  const method = era.methods.get(request.method);
  if (method === undefined) {
    const message = `Method not found: ${quote(request.method)}`;
    return toFaultReply({ code: RPC.methodNotFound, message, status: era.unknownMethodStatus }, request.id);
  }
  try {
    const answered = await method(request.params, meta);
    if ('fault' in answered) return toFaultReply(answered.fault, request.id);
    return { kind: 'message', json: toResultMessage(request.id, answered.result), status: 200 };
  } catch (error) {
    // A result that JSON cannot carry (a BigInt, a cycle) comes out here, when it is written.
    log.error({ requestId: meta.requestId, method: request.method, err: error }, `${request.method} failed.`);
    return toFaultReply(
      { code: RPC.internalError, message: 'Internal server error.', status: 200 },
      request.id,
    );
  }
}

function toFaultReply(fault: Fault, id?: RpcRequest['id']): Reply {
  return { kind: 'message', json: toErrorMessage(id, fault), status: fault.status };
}
