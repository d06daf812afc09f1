import type { FastifyRequest } from 'fastify';
import type { Caller } from '../core/caller.ts';

/** What a route knows of a request that lines about it should say: ids and names, nothing secret. */
export interface RequestFacts {
  readonly conversationId?: string;
  readonly runId?: string;
  readonly agentId?: string;
  readonly connectorId?: string;
  readonly credentialsName?: string;
  /** What a person decided of calls that waited. */
  readonly confirmations?: readonly { readonly tool_call_id: string; readonly confirmation: string }[];
  /** Who came back from a sign-in, with a request that has no key. */
  readonly signedIn?: Caller;
}

const known = new WeakMap<FastifyRequest, RequestFacts>();

/** Kept with the request; later ones are added. */
export function tellFacts(request: FastifyRequest, facts: RequestFacts): void {
  known.set(request, { ...known.get(request), ...facts });
}

export function factsOf(request: FastifyRequest): RequestFacts {
  return known.get(request) ?? {};
}
