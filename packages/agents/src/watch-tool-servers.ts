import type { Connections } from '@tramontane/mcp-client';
import type { Logger } from 'pino';
import type { CredentialStore } from './core/credential.ts';
import { createPinnedServers, type ChangePolicy, type PinStore } from './core/pinned-servers.ts';
import { createWatchedServers } from './core/watched-servers.ts';
import { createToolServers } from './tools/tool-servers.ts';

/** The tool servers as everything here uses them: their tools pinned, what is known of credentials kept. */
export function watchToolServers(
  connections: Connections,
  options: Pick<
    Parameters<typeof createToolServers>[1],
    'authorizers' | 'trusted' | 'processOf' | 'limits'
  > & {
    readonly pins: PinStore;
    readonly policy: ChangePolicy;
    readonly credentials: CredentialStore;
    readonly now: () => Date;
    readonly log: Logger;
  },
): ReturnType<typeof createWatchedServers> {
  const { pins, policy, credentials, now, log, ...reach } = options;
  const reached = createToolServers(connections, {
    ...reach,
    onLeftOut: ({ id, name }, problems) =>
      log.warn(
        { connector_id: id, connector: name, problems },
        'a tool server listed tools that cannot be used',
      ),
  });
  const pinned = createPinnedServers(reached, pins, {
    policy,
    onChange: ({ id, name }, changes) =>
      log.warn({ connector_id: id, connector: name, changes }, 'a tool server changed its tools'),
  });
  return createWatchedServers(pinned, {
    credentials,
    now,
    onError: error => log.warn({ err: error }, 'what is known of a credential could not be kept'),
  });
}
