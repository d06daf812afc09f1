import type { RequestMeta } from '../request-meta.ts';
import type { Fault, Params, RequestId, RpcRequest } from './rpc.ts';

/** A method's answer: a result as JSON text, or an error. */
export type Answer = Written | { readonly fault: Fault };

/** A result as JSON text. `bytes`: the same in UTF-8, of what is answered often and never changes. */
export interface Written {
  readonly result: string;
  readonly bytes?: Uint8Array;
}

/** Encoded once: encoding a long list costs more than all else that is done for it. */
export function toKept(result: string): Written {
  return { result, bytes: Buffer.from(result) };
}

export type Method = (params: Params, meta: RequestMeta, id: RequestId) => Answer | Promise<Answer>;

/**
 * One generation of the protocol: which methods it knows, how it writes what the kit's own model says, and what
 * it wants to see before it serves a request.
 */
export interface Era {
  /** A reason not to serve the request, found without looking at what it asks for. */
  readonly admit: (request: RpcRequest, meta: RequestMeta) => Fault | undefined;
  readonly methods: ReadonlyMap<string, Method>;
  /** HTTP status for a method the era does not know. */
  readonly unknownMethodStatus: number;
}
