import { createHash } from 'node:crypto';
import type { Caller } from './caller.ts';
import type { ConnectorVault } from './connector-vault.ts';
import type { Connector, ConnectorAccess, ToolLimits } from './connector.ts';
import { nameTaken } from './connectors.ts';
import { headersToAccess } from './given-connector.ts';
import { toUuid } from './ids.ts';
import type { MachineAuth } from './machine-auth.ts';
import type { ConnectorStore } from './ports.ts';

/** A program on this machine that speaks MCP on its standard input and output. */
export interface OperatorProcess {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A tool server that the operator gives to everybody. */
export type OperatorServer = { readonly name: string; readonly limits?: Partial<ToolLimits> } & (
  | { readonly process: OperatorProcess }
  | {
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      /** Beside the headers, where it signs in by itself. */
      readonly auth?: MachineAuth;
    }
);

export interface OperatorConnectors {
  readonly connectors: ConnectorStore;
  /** The program behind a connector, where it is one of the operator's. */
  readonly processOf: (connector: Pick<Connector, 'id' | 'workspace'>) => OperatorProcess | undefined;
}

/** Before every connector that somebody made, so that pages of a list hold still. */
const CREATED_AT = new Date(0);
const OWNER = 'system';

/**
 * The connectors of a store with the operator's servers among them: each workspace sees them as connectors that nobody in
 * it can change. Their ids come from workspace and name, so agents that name them survive a restart.
 */
export function addOperatorConnectors(
  store: ConnectorStore,
  servers: readonly OperatorServer[],
  vault: ConnectorVault,
): OperatorConnectors {
  const sealed = new Map<string, string>();

  function toConnector({ organization, workspace }: Caller, server: OperatorServer): Connector {
    const id = idOf(workspace, server.name);
    const access = accessOf(server);
    const sealedAccess = sealed.get(id) ?? vault.seal(id, access);
    sealed.set(id, sealedAccess);
    return {
      id,
      organization,
      workspace,
      ownerId: OWNER,
      name: server.name,
      visibility: 'shared_global',
      inline: false,
      config: {
        title: null,
        description: 'A tool server of this installation.',
        server: 'url' in server ? server.url : `stdio:${server.name}`,
        iconUrl: null,
        systemPrompt: null,
        ...(server.limits && { limits: server.limits }),
        authMethods: [{ type: 'url' in server && server.auth ? 'oauth2' : 'none', headers: [] }],
      },
      sealedAccess,
      createdAt: CREATED_AT,
      modifiedAt: CREATED_AT,
    };
  }

  const all = (caller: Caller): Connector[] =>
    servers.map(server => toConnector(caller, server)).toSorted((one, other) => (one.id < other.id ? -1 : 1));

  const mineOf = (caller: Caller, id: string) => all(caller).find(each => each.id === id.toLowerCase());
  /** Asked last: a connector of that name may be older than the operator's. */
  const namedFor = (caller: Caller, wanted: string) => all(caller).find(({ name }) => name === wanted);
  const isTaken = (name: string) => servers.some(server => server.name === name);

  return {
    processOf({ id, workspace }) {
      const server = servers.find(({ name }) => idOf(workspace, name) === id);
      return server !== undefined && 'process' in server ? server.process : undefined;
    },
    connectors: {
      ...store,
      async insert(caller, connector) {
        return isTaken(connector.name) ? undefined : store.insert(caller, connector);
      },
      async update(caller, id, change) {
        const operators = mineOf(caller, id);
        if (!operators) {
          return await store.update(caller, id, current => {
            const { name = current.name, ...changed } = change(current);
            if (name !== current.name && isTaken(name)) throw nameTaken(name);
            return { ...changed, name };
          });
        }
        // It throws for what is the operator's, with the reason.
        change(operators);
        return undefined;
      },
      async remove(caller, id, check) {
        const operators = mineOf(caller, id);
        if (!operators) return await store.remove(caller, id, check);
        check(operators);
        return false;
      },
      async find(caller, idOrName, options) {
        return (
          mineOf(caller, idOrName) ??
          (await store.find(caller, idOrName, options)) ??
          namedFor(caller, idOrName)
        );
      },
      async reach(caller, idOrName, options) {
        // Nobody can store credentials or preferences for what is the operator's.
        const asReached = (connector: Connector | undefined) =>
          connector && { connector, credentials: [], preferences: [] };
        return (
          asReached(mineOf(caller, idOrName)) ??
          (await store.reach(caller, idOrName, options)) ??
          asReached(namedFor(caller, idOrName))
        );
      },
      async list(caller, page) {
        const { after, limit, active } = page;
        const isPast = after !== undefined && Date.parse(after.createdAt) > CREATED_AT.getTime();
        if (isPast) return store.list(caller, page);
        const first = (active === false ? [] : all(caller))
          .filter(({ id }) => after === undefined || id > after.id)
          .slice(0, limit);
        if (first.length === limit) return first;
        const rest = { limit: limit - first.length, ...(active !== undefined && { active }) };
        return [...first, ...(await store.list(caller, rest))];
      },
    },
  };
}

function accessOf(server: OperatorServer): ConnectorAccess {
  if (!('url' in server)) return headersToAccess({});
  const access = headersToAccess(server.headers);
  return server.auth ? { ...access, auth: server.auth } : access;
}

function idOf(workspace: string, name: string): string {
  const digest = createHash('sha256').update(JSON.stringify(['operator server', workspace, name]));
  return toUuid(digest.digest('base64url'));
}
