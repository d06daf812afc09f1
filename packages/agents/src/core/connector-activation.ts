import type { ActivateConnector } from '@tramontane/wire';
import { notFound, wrongField } from './api-error.ts';
import type { Caller } from './caller.ts';
import { checkTakesMore } from './connector-rights.ts';
import type { Connector } from './connector.ts';
import type { PreferenceStore } from './connector-preference.ts';
import { holderOf, type CredentialLevel } from './credential.ts';
import { checkLevel } from './credentials.ts';
import { isUuid } from './ids.ts';
import type { ConnectorStore } from './ports.ts';
import { refuseUnstorable } from './unsupported.ts';

/** `POST /v1/connectors/{connector_id}/{level}/activate` and `…/deactivate`. */
export interface ConnectorActivation {
  /** @param rules Take the place of those of this level; left out, they stay. */
  activate(
    caller: Caller,
    id: string,
    level: CredentialLevel,
    rules: ActivateConnector | undefined,
  ): Promise<Connector>;
  deactivate(caller: Caller, id: string, level: CredentialLevel): Promise<Connector>;
}

export function createConnectorActivation(ports: {
  readonly connectors: ConnectorStore;
  readonly preferences: PreferenceStore;
}): ConnectorActivation {
  const save = async (
    caller: Caller,
    id: string,
    level: CredentialLevel,
    change: { active: boolean; rules?: ActivateConnector },
  ): Promise<Connector> => {
    const connector = isUuid(id) ? await ports.connectors.find(caller, id) : undefined;
    if (!connector || connector.inline) throw notFound('connector', id);
    checkTakesMore(connector);
    checkLevel(caller, level);
    if (!(await ports.preferences.save(connector.id, holderOf(caller, level), change))) {
      throw notFound('connector', id);
    }
    return connector;
  };
  return {
    async activate(caller, id, level, rules) {
      refuseUnstorable(rules, ['body']);
      if (rules?.include && rules.exclude) {
        throw wrongField(['body'], 'Give either include or exclude, not both.');
      }
      return await save(caller, id, level, { active: true, ...(rules && { rules }) });
    },
    deactivate: (caller, id, level) => save(caller, id, level, { active: false }),
  };
}
