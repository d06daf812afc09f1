import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { KitError } from '../../kit-error.ts';

/** Lets data travel through a client that can neither read nor change it. */
export interface Sealer {
  /** @param binding who and what it is for; it opens only with the same. */
  readonly seal: (value: unknown, binding: string) => string;
  /** `undefined`: not ours, changed, bound to something else, or too old. */
  readonly open: (sealed: string, binding: string) => { readonly value: unknown } | undefined;
}

export interface SealerOptions {
  /**
   * Secrets of 32 characters or bytes at least, newest first; older ones still open. Needed as soon as a client may
   * come back to another process; unless given, a random one that ends with this process.
   */
  readonly keys?: readonly (string | Uint8Array)[];
  /** How long a client may take to answer; 600,000 unless given. */
  readonly ttlMs?: number;
}

const SHORTEST_KEY = 32;
const TTL_MS = 600_000;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM: the binding is authenticated with the data. */
export function createSealer({ keys = [], ttlMs = TTL_MS }: SealerOptions = {}): Sealer {
  const derived = keys.map(deriveKey);
  const sealKey = derived[0] ?? randomBytes(32);
  const openKeys = derived.length > 0 ? derived : [sealKey];
  return {
    seal: (value, binding) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(Buffer.from(binding));
      const text = JSON.stringify({ until: Date.now() + ttlMs, value });
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
    },
    open: (sealed, binding) => {
      const bytes = Buffer.from(sealed, 'base64url');
      // Decoding skips what is not base64url; only the one spelling we gave out is taken.
      if (bytes.toString('base64url') !== sealed || bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
      for (const key of openKeys) {
        const text = decrypt(key, bytes, binding);
        if (text === undefined) continue;
        const { until, value } = JSON.parse(text) as { until: number; value?: unknown };
        return Date.now() > until ? undefined : { value };
      }
      return undefined;
    },
  };
}

function decrypt(key: Uint8Array, bytes: Buffer, binding: string): string | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(binding))
    .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return (
      decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    );
  } catch {
    return undefined;
  }
}

function deriveKey(secret: string | Uint8Array): Uint8Array {
  if (secret.length < SHORTEST_KEY) {
    throw new KitError(
      'definition_invalid',
      `A key of requestState has ${secret.length} characters or bytes. Give at least ${SHORTEST_KEY} random ones.`,
    );
  }
  return createHash('sha256').update('tramontane request state\0').update(secret).digest();
}
