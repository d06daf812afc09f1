import type { CredentialsInput, OutboundAuthType } from '@tramontane/wire';
import { forbidden, notFound, ApiError } from './api-error.ts';
import { isAdminOf, type Caller } from './caller.ts';
import { checkTakesMore } from './connector-rights.ts';
import type { Connector } from './connector.ts';
import type { ConnectorVault } from './connector-vault.ts';
import { holderOf, type Credential, type CredentialLevel, type CredentialStore } from './credential.ts';
import { toCredentialChange } from './given-credential.ts';
import { createUuid } from './ids.ts';
import type { ConnectorStore } from './ports.ts';
import { refuseUnstorable } from './unsupported.ts';

/** What can be done with credentials of connectors (`/v1/connectors/{connector}/{level}/credentials`). */
export interface Credentials {
  list(
    caller: Caller,
    idOrName: string,
    level: CredentialLevel,
    filter: { type?: OutboundAuthType; defaultsOnly: boolean },
  ): Promise<{ connector: Connector; credentials: Credential[] }>;
  /** Makes them, or changes those of this name. */
  save(
    caller: Caller,
    idOrName: string,
    level: CredentialLevel,
    given: CredentialsInput,
  ): Promise<Credential>;
  remove(caller: Caller, idOrName: string, level: CredentialLevel, name: string): Promise<void>;
  /** All of the caller's own for this connector. Returns how many there were. */
  removeAll(caller: Caller, idOrName: string): Promise<number>;
}

export interface CredentialsPorts {
  readonly connectors: ConnectorStore;
  readonly credentials: CredentialStore;
  readonly vault: ConnectorVault;
  readonly now: () => Date;
}

/** More than anyone needs at one level, and few enough to be listed whole. */
const MAX_CREDENTIALS = 100;

export function createCredentials(ports: CredentialsPorts): Credentials {
  const get = async (caller: Caller, idOrName: string) => {
    const connector = await ports.connectors.find(caller, idOrName);
    if (!connector || connector.inline) throw notFound('connector', idOrName);
    return connector;
  };
  return {
    async list(caller, idOrName, level, { type, defaultsOnly }) {
      const connector = await get(caller, idOrName);
      const all = await ports.credentials.list(connector.id, holderOf(caller, level));
      const credentials = all.filter(
        ({ authType, isDefault }) =>
          (type === undefined || authType === type) && (!defaultsOnly || isDefault),
      );
      return { connector, credentials };
    },
    async save(caller, idOrName, level, given) {
      refuseUnstorable(given, ['body']);
      const connector = await get(caller, idOrName);
      checkTakesMore(connector);
      checkLevel(caller, level);
      const saved = await ports.credentials.save(
        connector.id,
        holderOf(caller, level),
        given.name,
        existing => {
          const isNew = existing.every(({ name }) => name !== given.name);
          if (isNew && existing.length >= MAX_CREDENTIALS) throw tooMany(connector, level);
          return toCredentialChange(given, existing, {
            connector,
            creatorId: caller.user,
            newId: createUuid(),
            at: ports.now(),
            vault: ports.vault,
          });
        },
      );
      if (!saved) throw notFound('connector', idOrName);
      return saved;
    },
    async remove(caller, idOrName, level, name) {
      const connector = await get(caller, idOrName);
      checkLevel(caller, level);
      const removed = await ports.credentials.remove(connector.id, holderOf(caller, level), [name]);
      if (removed > 0) return;
      throw new ApiError(
        'not_found',
        `Connector ${connector.name} has no ${level} credentials ${JSON.stringify(name)}.`,
      );
    },
    async removeAll(caller, idOrName) {
      const connector = await get(caller, idOrName);
      return await ports.credentials.remove(connector.id, holderOf(caller, 'user'));
    },
  };
}

/** What everyone of a workspace or an organization signs in with is its admins' to change. */
export function checkLevel(caller: Caller, level: CredentialLevel): void {
  if (level === 'user' || isAdminOf(caller, level)) return;
  throw forbidden(
    `Only an admin of the ${level} may change this for everyone in it. Use user instead, or a key with the role ${level}_admin.`,
  );
}

function tooMany(connector: Connector, level: CredentialLevel): ApiError {
  return new ApiError(
    'invalid_request',
    `Connector ${connector.name} has ${MAX_CREDENTIALS} ${level} credentials already. Delete some first.`,
  );
}
