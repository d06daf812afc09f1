import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { EmbeddedJWK, calculateJwkThumbprint, jwtVerify } from 'jose';

/** What a request's DPoP proof shows: the thumbprint of its key, or what is wrong with it. */
export type DpopVerdict =
  | { readonly kind: 'proven'; readonly thumbprint: string }
  | { readonly kind: 'nonce' | 'wrong'; readonly reason: string };

export interface DpopCheck {
  /** The nonce that proofs must carry; each is good until the next. */
  readonly nonce: string;
  /** From now on another nonce is wanted. */
  renew(): void;
  check(request: IncomingMessage, url: string, accessToken?: string): Promise<DpopVerdict>;
}

/** The server's side of RFC 9449: proofs of one request each, with a nonce of this server's. */
export function createDpopCheck(): DpopCheck {
  let nonce = randomBytes(8).toString('hex');
  const used = new Set<string>();
  return {
    get nonce() {
      return nonce;
    },
    renew() {
      nonce = randomBytes(8).toString('hex');
    },
    async check(request, url, accessToken) {
      const wrong = (reason: string): DpopVerdict => ({ kind: 'wrong', reason });
      const proof = request.headers['dpop'];
      if (typeof proof !== 'string') return wrong('there is no proof');
      try {
        const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt' });
        if (payload['htm'] !== request.method || payload['htu'] !== url) return wrong('another request');
        const digest = accessToken && createHash('sha256').update(accessToken).digest('base64url');
        if (payload['ath'] !== digest) return wrong('another token');
        if (payload['nonce'] !== nonce) return { kind: 'nonce', reason: 'another nonce' };
        if (payload.jti === undefined || used.has(payload.jti)) return wrong('it was used before');
        used.add(payload.jti);
        if (!protectedHeader.jwk) return wrong('it holds no key');
        return { kind: 'proven', thumbprint: await calculateJwkThumbprint(protectedHeader.jwk) };
      } catch (error) {
        return wrong(error instanceof Error ? error.message : 'it cannot be read');
      }
    },
  };
}
