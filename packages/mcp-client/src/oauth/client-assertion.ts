import { randomUUID } from 'node:crypto';
import { type CryptoKey, type JWK, SignJWT, importJWK, importPKCS8 } from 'jose';

/** Seconds an assertion is good for: one request. */
const LIFE_SECONDS = 60;

/**
 * A signed statement of who the client is (RFC 7523 section 3).
 * @param audience the issuer; the token endpoint where no issuer is known
 */
export async function clientAssertion(
  clientId: string,
  key: string | JWK,
  { algorithm, audience, now }: { algorithm?: string | undefined; audience: string; now: number },
): Promise<string> {
  const alg = algorithm ?? (typeof key === 'string' ? undefined : key.alg) ?? 'ES256';
  const issuedAt = Math.floor(now / 1000);
  const kid = typeof key === 'string' ? undefined : key.kid;
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid !== undefined && { kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFE_SECONDS)
    .sign(await importKey(key, alg));
}

async function importKey(key: string | JWK, algorithm: string): Promise<CryptoKey | Uint8Array> {
  return typeof key === 'string' ? importPKCS8(key, algorithm) : importJWK(key, algorithm);
}
