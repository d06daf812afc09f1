import { createHash, randomUUID } from 'node:crypto';
import { type JWK, SignJWT, exportJWK, generateKeyPair, importJWK } from 'jose';

/** The one algorithm we make keys for; every implementation of RFC 9449 seen so far takes it. */
export const DPOP_ALGORITHM = 'ES256';

/** Nonces that servers want in the next proof, by origin: each origin has its own (RFC 9449 section 8.2). */
export type DpopNonces = Map<string, string>;

/** @returns the private key, to be kept as long as the tokens that are bound to it */
export async function createDpopKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(DPOP_ALGORITHM, { extractable: true });
  return exportJWK(privateKey);
}

/** A proof for one request (RFC 9449 section 4.2). `accessToken` where the request carries one. */
export async function dpopProof(
  key: JWK,
  request: { method: string; url: URL; accessToken?: string; nonce?: string | undefined; now: number },
): Promise<string> {
  const { kty, crv, x, y } = key;
  const { origin, pathname } = request.url;
  return new SignJWT({
    jti: randomUUID(),
    htm: request.method,
    htu: origin + pathname,
    ...(request.accessToken !== undefined && {
      ath: createHash('sha256').update(request.accessToken).digest('base64url'),
    }),
    ...(request.nonce !== undefined && { nonce: request.nonce }),
  })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: DPOP_ALGORITHM, jwk: { kty, crv, x, y } as JWK })
    .setIssuedAt(Math.floor(request.now / 1000))
    .sign(await importJWK(key, DPOP_ALGORITHM));
}
