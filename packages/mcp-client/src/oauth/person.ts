import type { Obtain } from './authorizer.ts';
import type { ClientDescription, Registrations } from './find-client.ts';
import type { OAuthClient } from './oauth-client.ts';
import { finishSignIn, startSignIn } from './sign-in.ts';

/** Tokens from a person who is there: at a terminal, or in front of a page that is open. */
export function obtainFromPerson(options: {
  readonly client: ClientDescription;
  readonly registrations: Registrations;
  /** Take the person to this address; resolves with the parameters of the redirect that came back. */
  readonly ask: (url: URL, signal: AbortSignal) => Promise<URLSearchParams>;
  readonly now: () => number;
}): Obtain {
  return async (outside, { serverUrl, challenge }, previous) => {
    const { url, pending } = await startSignIn(outside, { ...options, serverUrl, challenge, previous });
    const answer = await options.ask(url, outside.signal);
    return finishSignIn(outside, pending, answer, options);
  };
}

/** Registrations that end with this process. */
export function createMemoryRegistrations(): Registrations {
  const known = new Map<string, OAuthClient>();
  const keyOf = (issuer: string, redirectUri: string): string => JSON.stringify([issuer, redirectUri]);
  return {
    find: async (issuer, redirectUri) => known.get(keyOf(issuer, redirectUri)),
    save: async (client, redirectUri) => void known.set(keyOf(client.issuer, redirectUri), client),
    forget: async ({ issuer }, redirectUri) => void known.delete(keyOf(issuer, redirectUri)),
  };
}
