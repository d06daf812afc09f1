import { createGuards, type Guards, type MaybePromise, type Visit } from '@tramontane/guards';
import { refuse } from '../definition/refuse.ts';
import type { McpServer } from '../server.ts';
import { createOriginCheck, type OriginCheckOptions } from './origin-check.ts';

export interface AdmissionOptions extends OriginCheckOptions {
  /** Who may call, how often, what is written down of it: made by `createGuards`. Nothing unless given. */
  readonly guards?: Guards;
}

export interface Admission {
  readonly guards: Guards;
  /** Decides who is let in, the same on every kind of HTTP: by Host and Origin, then by the guards. */
  readonly admit: (visit: Visit) => MaybePromise<void>;
}

/** @throws KitError `definition_invalid` for tools with scopes where nobody authenticates. */
export function createAdmission(options: AdmissionOptions, servers: readonly McpServer[]): Admission {
  const { guards = createGuards({}) } = options;
  if (!guards.authenticates) refuseScopes(servers);
  const checkOrigin = createOriginCheck(options);
  const { cors } = guards;
  return {
    guards,
    admit: visit => {
      const origin = visit.header('origin');
      const detail = checkOrigin(visit.header('host'), cors?.allows(origin) ? undefined : origin);
      if (detail === undefined) return guards.admit(visit);
      visit.refusal = { status: 403, by: 'origin', detail };
      return undefined;
    },
  };
}

function refuseScopes(servers: readonly McpServer[]): void {
  const tools = servers.flatMap(({ catalogue }) => [...catalogue.tools.values()]);
  const scoped = tools.find(({ scopes }) => scopes.length > 0);
  if (scoped === undefined) return;
  refuse(
    `Tool "${scoped.name}"`,
    'needs scopes, but nobody authenticates here, so nobody could call it. Give guards with "auth".',
  );
}
