import {
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
} from '@modelcontextprotocol/client';
import type { ConnectionError } from './connection-error.ts';
import type { CallOutcome } from './dialect.ts';
import type { Exchange } from './exchanges.ts';
import { textOf, toConnectionError } from './failures.ts';
import type { OpenTarget } from './server-target.ts';
import { isRecord } from './json.ts';
import { type ToolCall, toErrorResult } from './tool-result.ts';

const CAPABILITY_MISSING = -32_021;
const VERSION_NOT_SUPPORTED = -32_022;

/** Codes with which a server says that it does not understand the request, not that the tool failed. */
const NOT_UNDERSTOOD: ReadonlySet<number> = new Set([
  PARSE_ERROR,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  -32_020, // headers do not match the body
  VERSION_NOT_SUPPORTED,
]);

/** A failure together with its exchange. */
export class ExchangeFailure extends Error {
  override readonly name = 'ExchangeFailure';
  readonly exchange: Exchange;

  constructor(cause: unknown, exchange: Exchange) {
    super('exchange failed', { cause });
    this.exchange = exchange;
  }
}

export function toFailedRequest(
  { cause, exchange }: ExchangeFailure,
  target: OpenTarget,
  what: string,
  isCall: boolean,
): ConnectionError {
  return toConnectionError(cause, {
    target,
    what,
    isCall,
    sent: exchange.sent,
    failure: exchange.failure,
    passed: exchange.deadline.passed,
  });
}

/** @throws ConnectionError where the failure is neither the tool's answer nor a reason to try again */
export function toCallOutcome(
  failure: ExchangeFailure,
  call: ToolCall,
  target: OpenTarget,
  hasSession: boolean,
): CallOutcome {
  const { cause, exchange } = failure;
  const what = `the call of "${call.name}"`;
  const refusal = refusalOf(cause, exchange.status);
  if (refusal !== undefined) {
    const error = toFailedRequest(failure, target, what, refusal === 'hearsay');
    return { kind: 'stale', isSessionLost: hasSession, error };
  }
  const error = toFailedRequest(failure, target, what, true);
  // The tool, not the connection, wants what nobody here answers, such as elicitation: other tools may do without.
  if (cause instanceof ProtocolError && cause.code === CAPABILITY_MISSING) {
    const words = target.withoutSecrets(cause.message);
    return { kind: 'answer', result: toErrorResult(`The tool needs what is not available here: ${words}`) };
  }
  // An unknown tool has no code of its own; a sentence that names the tool is about the tool.
  const isAboutTool =
    cause instanceof ProtocolError && (!NOT_UNDERSTOOD.has(cause.code) || cause.message.includes(call.name));
  // The server's reading of the arguments, or its tool's failure: the model can mend both.
  if (isAboutTool) return { kind: 'answer', result: toErrorResult(target.withoutSecrets(cause.message)) };
  if (cause instanceof SdkError && cause.code === SdkErrorCode.UnsupportedResultType) {
    return {
      kind: 'answer',
      result: toErrorResult(
        'The tool asked for input from a person or a model, which is not available here.',
      ),
    };
  }
  throw error;
}

/**
 * Whether the request was turned away before it was read, because this connection does not fit the server any more, and
 * by whom: a 404 in no form of MCP may come from something in between, even after the server has acted.
 */
function refusalOf(cause: unknown, status: number | undefined): 'by_server' | 'hearsay' | undefined {
  if (cause instanceof ProtocolError) return cause.code === VERSION_NOT_SUPPORTED ? 'by_server' : undefined;
  if (!(cause instanceof SdkHttpError)) return undefined;
  const body = textOf(cause) ?? '';
  if (refusesConnection(body) && (status === 400 || status === 404 || status === 405)) return 'by_server';
  // 404 is a lost session (2025) or an address without a server, 405 an address for something else.
  if (status !== 404 && status !== 405) return undefined;
  return isRpcError(body) ? 'by_server' : 'hearsay';
}

function isRpcError(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) && isRecord(value['error']) && typeof value['error']['code'] === 'number';
  } catch {
    return false;
  }
}

/** Servers of 2025 answer 400 where a session is missing, and leave the id out because they did not look at the request. */
function refusesConnection(body: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return /session/i.test(body);
  }
  if (!isRecord(value) || !isRecord(value['error'])) return false;
  return (value['id'] ?? null) === null || value['error']['code'] === VERSION_NOT_SUPPORTED;
}
