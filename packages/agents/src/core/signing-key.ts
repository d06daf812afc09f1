import { type JsonWebKey, type KeyObject, createPrivateKey } from 'node:crypto';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '@tramontane/wire';

/** A private key as a JWK (RFC 7517) that says what it signs with. */
export type SigningKey = JsonWebKey & { readonly kty: string; readonly alg: SigningAlgorithm };

/** A key that cannot sign for a client. The message holds nothing of the key. */
export class SigningKeyError extends Error {
  override readonly name = 'SigningKeyError';
}

/** Algorithms by kind of key, the usual one first. */
const BY_CURVE: Readonly<Record<string, SigningAlgorithm>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'EdDSA',
};
const RSA: readonly SigningAlgorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
/** Of an RSA key; shorter ones can be broken (RFC 7518 section 3.3). */
const LEAST_BITS = 2048;

/**
 * The key in one form, whatever it came as: PKCS #8 in PEM, or a JWK, whose `kid` is kept.
 * @throws SigningKeyError where it is no private key, or cannot sign with the algorithm
 */
export function parseSigningKey(
  given: string | Readonly<Record<string, unknown>>,
  wanted?: SigningAlgorithm,
): SigningKey {
  const key = readKey(given);
  const jwk = key.export({ format: 'jwk' });
  const { kty } = jwk;
  const possible = algorithmsOf(key, jwk);
  if (kty === undefined || possible.length === 0) {
    const kinds = 'RSA, EC on P-256, P-384 or P-521, and Ed25519';
    throw new SigningKeyError(`A key of this kind cannot sign for a client. Give one of: ${kinds}.`);
  }
  const own = typeof given === 'string' ? undefined : SIGNING_ALGORITHMS.find(name => name === given['alg']);
  const alg = wanted ?? own ?? possible[0];
  if (alg === undefined || !possible.includes(alg)) {
    throw new SigningKeyError(`This key cannot sign with ${alg}. It can with ${possible.join(', ')}.`);
  }
  const kid = typeof given === 'string' ? undefined : given['kid'];
  return { ...jwk, kty, alg, ...(typeof kid === 'string' && { kid }) };
}

function readKey(given: string | Readonly<Record<string, unknown>>): KeyObject {
  try {
    return typeof given === 'string'
      ? createPrivateKey(given)
      : createPrivateKey({ key: given, format: 'jwk' });
  } catch {
    // The reason could quote the key.
    throw new SigningKeyError(
      'This is no private key that can be read. Give it as PKCS #8 in PEM without a passphrase, or as a JWK with its private part.',
    );
  }
}

function algorithmsOf(key: KeyObject, { kty, crv }: JsonWebKey): readonly SigningAlgorithm[] {
  if (kty === 'RSA') {
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    if (bits >= LEAST_BITS) return RSA;
    throw new SigningKeyError(`An RSA key of ${bits} bits is too short. It needs ${LEAST_BITS} or more.`);
  }
  const algorithm = BY_CURVE[crv ?? ''];
  return algorithm === undefined ? [] : [algorithm];
}
