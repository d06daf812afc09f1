import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Seals secrets at rest: AES-256-GCM, bound to what they belong to, so that a sealed text moved elsewhere won't open. */
export interface SecretBox {
  seal(secret: string, context: string): string;
  /** Throws when the text was changed, belongs to another context, or none of the keys made it. */
  open(sealed: string, context: string): string;
  /** The same for the same text under the same key; says nothing about the text. */
  fingerprint(text: string): string;
}

/** @param keys Newest first: the first one seals, every one opens. */
export function createSecretBox(keys: readonly string[]): SecretBox {
  const boxKeys = keys.map(toBoxKey);
  const newest = boxKeys[0];
  if (!newest) throw new TypeError('A secret box needs at least one key.');

  return {
    seal(secret, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', newest.key, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `v1.${newest.id}.${Buffer.concat([nonce, body]).toString('base64url')}`;
    },
    open(sealed, context) {
      const [version, id, payload] = sealed.split('.');
      const boxKey = boxKeys.find(candidate => candidate.id === id);
      if (version !== 'v1' || !payload || !boxKey) {
        throw new Error(
          'A stored secret was sealed with a key that TRAMONTANE_SECRET_KEY does not hold. Add the old key after the new one.',
        );
      }
      const bytes = Buffer.from(payload, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', boxKey.key, bytes.subarray(0, 12))
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
    },
    fingerprint(text) {
      return createHmac('sha256', newest.key).update(text).digest('base64url');
    },
  };
}

function toBoxKey(secret: string): { id: string; key: Buffer } {
  const key = Buffer.from(hkdfSync('sha256', secret, 'tramontane', 'stored secrets', 32));
  return { id: createHash('sha256').update(key).digest('hex').slice(0, 8), key };
}
