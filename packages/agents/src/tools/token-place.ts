import { type OAuthCredential, type TokenPlace, createMemoryPlace } from '@tramontane/mcp-client';
import type { SecretPlace, SharedSecrets } from '../core/oauth-ports.ts';
import type { SecretBox } from '../core/secret-box.ts';

/**
 * How long a place that held nothing is believed to hold nothing. Tokens that another process puts there meanwhile are
 * found as soon as the tool server asks for some.
 */
const EMPTY_MS = 1_000;

/** Tokens sealed in the store; in memory for connectors that are not stored either. */
export function createTokenPlace(secrets: SharedSecrets, box: SecretBox, place: SecretPlace): TokenPlace {
  const context = tokenContext(place);
  const memory = createMemoryPlace();
  let last: { readonly sealed: string; readonly credential: OAuthCredential } | undefined;
  let emptyUntil = 0;
  const open = (sealed: string): OAuthCredential => {
    if (last?.sealed !== sealed)
      last = { sealed, credential: JSON.parse(box.open(sealed, context)) as OAuthCredential };
    return last.credential;
  };
  return {
    async read(signal) {
      if (performance.now() < emptyUntil) return memory.read(signal);
      const sealed = await secrets.read(place);
      if (sealed === undefined) emptyUntil = performance.now() + EMPTY_MS;
      return sealed === undefined ? memory.read(signal) : open(sealed);
    },
    async change(work, signal) {
      emptyUntil = 0;
      const sealed = await secrets.change(
        place,
        async current =>
          sealTokens(box, place, await work(current === undefined ? undefined : open(current))),
        signal,
      );
      return sealed === undefined ? memory.change(work, signal) : open(sealed);
    },
  };
}

export function sealTokens(box: SecretBox, place: SecretPlace, credential: OAuthCredential): string {
  return box.seal(JSON.stringify(credential), tokenContext(place));
}

function tokenContext({ connectorId, credential }: SecretPlace): string {
  return `oauth:${connectorId}:${credential}`;
}
