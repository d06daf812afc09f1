import { createHash, randomBytes } from 'node:crypto';
import { fingerprintToken } from '@tramontane/guards';
import type { Caller } from './caller.ts';
import { createUuid } from './ids.ts';

/** A key as it is stored: who holds it, and never the key itself. */
export interface ApiKey {
  readonly id: string;
  /** Unique among the live keys of its workspace. */
  readonly name: string;
  /** SHA-256 of the key, hexadecimal. Keys are random and long: a slow hash would protect nothing more. */
  readonly sha256: string;
  /** Tells keys apart in logs and lists without giving any of them away. */
  readonly fingerprint: string;
  readonly caller: Caller;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

export interface ApiKeyStore {
  insert(
    key: ApiKey,
  ): Promise<{ done: true } | { done: false; taken: 'name' } | { done: false; belongsTo: string }>;
  /** Oldest first; only live ones unless `revoked` is asked for. */
  list(options?: { revoked: boolean }): Promise<ApiKey[]>;
  /** Live keys of this id or name, now revoked; nothing is revoked when a name fits several. */
  revoke(idOrName: string, at: Date): Promise<ApiKey[]>;
}

/** What came of a command, or a sentence that says why nothing did. */
export type KeyOutcome<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly sentence: string };

/** Makes, lists and revokes API keys. Running servers take notice within a second. */
export interface ApiKeys {
  /** `key` is shown once, to whoever made it: it is stored nowhere. */
  create(name: string, caller: Caller): Promise<KeyOutcome<{ key: string; made: ApiKey }>>;
  list(options?: { revoked: boolean }): Promise<ApiKey[]>;
  revoke(idOrName: string): Promise<KeyOutcome<{ revoked: ApiKey }>>;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/;

export function createApiKeys(store: ApiKeyStore): ApiKeys {
  return {
    async create(name, caller) {
      const { organization, workspace, user } = caller;
      for (const [what, value] of Object.entries({ name, organization, workspace, user })) {
        if (NAME.test(value)) continue;
        const sentence = `${JSON.stringify(value)} cannot be the ${what} of a key: give 1 to 100 letters, digits and . _ @ + -, a letter or digit first.`;
        return { ok: false, sentence };
      }
      const key = `tram_${randomBytes(32).toString('base64url')}`;
      const made: ApiKey = {
        id: createUuid(),
        name,
        sha256: createHash('sha256').update(key).digest('hex'),
        fingerprint: fingerprintToken(key),
        caller,
        createdAt: new Date(),
        revokedAt: null,
      };
      const inserted = await store.insert(made);
      if (inserted.done) return { ok: true, key, made };
      return {
        ok: false,
        sentence:
          'taken' in inserted
            ? `Workspace ${workspace} has a key named ${name} already. Choose another name, or revoke that key first.`
            : `Workspace ${workspace} belongs to organization ${inserted.belongsTo}. Give --organization ${inserted.belongsTo}, or another workspace.`,
      };
    },
    list: options => store.list(options),
    async revoke(idOrName) {
      const [revoked, ...more] = await store.revoke(idOrName, new Date());
      if (!revoked) return { ok: false, sentence: `No live key has the id or name ${idOrName}.` };
      if (more.length > 0) {
        const ids = [revoked, ...more].map(({ id, caller }) => `${id} (workspace ${caller.workspace})`);
        return {
          ok: false,
          sentence: `Several keys are named ${idOrName}. Revoke one by its id: ${ids.join(', ')}.`,
        };
      }
      return { ok: true, revoked };
    },
  };
}
