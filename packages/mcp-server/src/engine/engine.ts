import type { Catalogue } from '../definition/catalogue.ts';
import { quote } from '../quote.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { RequestMeta } from '../request-meta.ts';
import { handleBatch, takesBatches } from './batch.ts';
import { createEra2025 } from './era-2025/era.ts';
import { LEGACY_VERSIONS } from './era-2025/initialize.ts';
import { deliverNotice } from './era-2025/session-methods.ts';
import { createEra2026 } from './era-2026/era.ts';
import { claimsModern, MODERN_VERSIONS, unsupportedVersion } from './era-2026/envelope.ts';
import type { Answer, Era } from './era.ts';
import { internalError } from './faults.ts';
import {
  isRequestId,
  parseRpcMessage,
  RPC,
  toErrorMessage,
  toResultMessage,
  toResultParts,
  type Fault,
  type Params,
  type RpcRequest,
} from './rpc.ts';
import type { ServerModel } from './server-model.ts';
import { Session, type SessionOptions } from './session.ts';

/**
 * What to send back. `status` is for HTTP; other transports send `json`, or nothing for `none`.
 */
export type Reply =
  | {
      readonly kind: 'message';
      readonly json: string;
      readonly status: number;
      /** `json` in pieces, where most of it is kept as bytes; for transports that write bytes. */
      readonly parts?: readonly (string | Uint8Array)[];
      /** The token lacks one of these. */
      readonly scopes?: readonly string[];
    }
  | { readonly kind: 'none'; readonly status: number };

/** Serves one message at a time, of either era; what it remembers between them is in the session. */
export interface Engine {
  /** @param message one parsed JSON value. Never throws or rejects; at once, if nothing has to wait. */
  readonly handle: (message: unknown, meta: RequestMeta) => MaybePromise<Reply>;
  /** One for each connection that carries many requests, or each session of a 2025 client over HTTP. */
  readonly openSession: (options: SessionOptions) => Session;
  /** Serves another catalogue from the next message on. */
  readonly replace: (catalogue: Catalogue) => void;
}

const NOTHING: Reply = { kind: 'none', status: 202 };

export function createEngine(given: ServerModel): Engine {
  let model = given;
  let modern = createEra2026(model);
  let legacy = createEra2025(model);
  const handleRequest = (request: RpcRequest, meta: RequestMeta): MaybePromise<Reply> => {
    const era = chooseEra(request, meta, modern, legacy);
    return 'code' in era ? toFaultReply(era, request.id) : answer(era, request, meta, model);
  };
  const handle: Engine['handle'] = (value, meta) => {
    if (Array.isArray(value) && takesBatches(meta.session)) {
      return handleBatch(value, meta, handle);
    }
    const message = parseRpcMessage(value);
    switch (message.kind) {
      case 'invalid':
        return toFaultReply(message.fault, message.id);
      case 'request':
        return meta.session
          ? withSession(message, meta, meta.session, handleRequest)
          : handleRequest(message, meta);
      case 'notification':
        if (message.method === 'notifications/cancelled') cancel(message.params, meta.session);
        return NOTHING;
      case 'response':
        if (meta.session === undefined) {
          const why = 'Nothing was asked over this connection, so it takes no responses.';
          return toFaultReply({ code: RPC.invalidRequest, message: why, status: 400 }, message.id);
        }
        meta.session.settle(message);
        return NOTHING;
    }
  };
  return {
    handle,
    openSession: options => {
      const session = new Session(options, () => unsubscribe());
      const unsubscribe = model.notices.subscribe(notice => deliverNotice(session, notice));
      return session;
    },
    replace: catalogue => {
      model = { ...model, catalogue };
      modern = createEra2026(model);
      legacy = createEra2025(model);
    },
  };
}

/** For a body that is not JSON at all. */
export function createParseErrorReply(): Reply {
  return toFaultReply({ code: RPC.parseError, message: 'The message is not valid JSON.', status: 400 });
}

/** The request can be cancelled by its id as long as it runs; one that was gets no reply. */
async function withSession(
  request: RpcRequest,
  meta: RequestMeta,
  session: Session,
  handle: (request: RpcRequest, meta: RequestMeta) => MaybePromise<Reply>,
): Promise<Reply> {
  const running = session.begin(request.id, meta.signal);
  const reply = await handle(request, { ...meta, signal: running.signal });
  session.end(running);
  return running.cancelled ? NOTHING : reply;
}

function cancel({ requestId }: Params, session: Session | undefined): void {
  if (isRequestId(requestId)) session?.cancel(requestId);
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

function answer(era: Era, request: RpcRequest, meta: RequestMeta, { log }: ServerModel): MaybePromise<Reply> {
  const refused = era.admit(request, meta);
  if (refused) return toFaultReply(refused, request.id);
  const method = era.methods.get(request.method);
  if (method === undefined) {
    const message = `Method not found: ${quote(request.method)}`;
    return toFaultReply({ code: RPC.methodNotFound, message, status: era.unknownMethodStatus }, request.id);
  }
  const toReply = (answered: Answer): Reply => {
    if ('fault' in answered) return toFaultReply(answered.fault, request.id);
    const json = toResultMessage(request.id, answered.result);
    return answered.bytes === undefined
      ? { kind: 'message', json, status: 200 }
      : { kind: 'message', json, parts: toResultParts(request.id, answered.bytes), status: 200 };
  };
  const toBroken = (error: unknown): Reply => {
    // A result that JSON cannot carry (a BigInt, a cycle) comes out here, when it is written.
    log.error({ requestId: meta.requestId, method: request.method, err: error }, `${request.method} failed.`);
    return toFaultReply(internalError('Internal server error.'), request.id);
  };
  try {
    const answered = method(request.params, meta, request.id);
    return answered instanceof Promise ? answered.then(toReply).catch(toBroken) : toReply(answered);
  } catch (error) {
    return toBroken(error);
  }
}

function toFaultReply(fault: Fault, id?: RpcRequest['id']): Reply {
  const { status, scopes } = fault;
  return { kind: 'message', json: toErrorMessage(id, fault), status, ...(scopes && { scopes }) };
}
