import type { Egress, EgressInit } from '@tramontane/egress';
import type { OpenTarget } from './server-target.ts';

/** `fetch` to a target: through the egress, and signed where the target's credential is one that changes. */
export async function fetchAs(
  egress: Egress,
  target: OpenTarget,
  input: string | URL,
  init: EgressInit,
): Promise<Response> {
  const { authorizer } = target;
  if (authorizer === undefined) return egress.fetch(input, init);
  return authorizer.send({
    method: (init.method ?? 'GET').toUpperCase(),
    url: new URL(input),
    signal: init.signal ?? new AbortController().signal,
    send: own => {
      const headers = new Headers(init.headers);
      for (const [name, value] of Object.entries(own)) headers.set(name, value);
      return egress.fetch(input, { ...init, headers });
    },
  });
}
