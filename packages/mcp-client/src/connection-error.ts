import type { AuthorizationFailureCode } from './oauth/authorization-failure.ts';

/**
 * Why a tool server gave no answer of its own. The list is closed.
 * - `unreachable`: no connection could be made, the server wants fewer requests (429), or a gateway in front says it is down
 *   (502, 503, 504)
 * - `closed`: the connection ended before the answer, by the server or because these connections were closed
 * - `refused`: the server wants other credentials (401, 403, 407)
 * - `sign_in_required`: a person has to sign in to the server (OAuth); `reason` says why
 * - `authorization_failed`: OAuth with the server cannot be done, or must not be; `reason` says why
 * - `cancelled`: the caller took back a call that had left; the server was told, and the tool may have run
 * - `not_mcp_server`: something answers there, but in no form this client knows
 * - `invalid_target`: the address or a header of the target cannot be used, or the egress does not let it through
 */
export type ConnectionErrorCode =
  | 'unreachable'
  | 'not_mcp_server'
  | 'refused'
  | 'sign_in_required'
  | 'authorization_failed'
  | 'timed_out'
  | 'protocol_error'
  | 'closed'
  | 'cancelled'
  | 'invalid_target';

/** One request of a discovery and what came of it. */
export interface Attempt {
  /** `POST` or `GET` and the address, without its query. */
  readonly request: string;
  /** Status and content type, or why there was none. */
  readonly answer: string;
}

export interface ConnectionErrorData {
  /** Origin of the server. */
  readonly server: string;
  /** True when a tool call had left and no answer to it came: the tool may have had its effect. Default false. */
  readonly mayHaveRun?: boolean;
  /**
   * True when an answer to the request arrived and could not be read: too large, not in the expected form, nested
   * too deep. Default false, also for answers that say no (HTTP statuses, JSON-RPC errors).
   */
  readonly answered?: boolean;
  readonly status?: number;
  /** Code of the JSON-RPC error that the server answered with. */
  readonly rpcCode?: number;
  readonly attempts?: readonly Attempt[];
  /** For `sign_in_required` and `authorization_failed`. */
  readonly reason?: AuthorizationFailureCode;
  readonly cause?: unknown;
}

export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly code: ConnectionErrorCode;
  readonly server: string;
  readonly mayHaveRun: boolean;
  readonly answered: boolean;
  readonly status?: number;
  readonly rpcCode?: number;
  readonly attempts?: readonly Attempt[];
  readonly reason?: AuthorizationFailureCode;

  constructor(code: ConnectionErrorCode, message: string, data: ConnectionErrorData) {
    super(message, data.cause === undefined ? undefined : { cause: data.cause });
    this.code = code;
    this.server = data.server;
    this.mayHaveRun = data.mayHaveRun ?? false;
    this.answered = data.answered ?? false;
    if (data.status !== undefined) this.status = data.status;
    if (data.rpcCode !== undefined) this.rpcCode = data.rpcCode;
    if (data.attempts !== undefined) this.attempts = data.attempts;
    if (data.reason !== undefined) this.reason = data.reason;
  }
}
