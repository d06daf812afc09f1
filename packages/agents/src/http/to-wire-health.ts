import type { ConnectorHealth } from '@tramontane/wire';
import { withoutQuery, type Connector } from '../core/connector.ts';
import type { ToolServerHealth } from '../core/tool-servers.ts';

/** Without a state nobody has used the server lately, which is what `idle` means. */
export function toWireHealth(connector: Connector, health: ToolServerHealth | undefined): ConnectorHealth {
  const server = health?.server ?? withoutQuery(connector.config.server);
  const head = { connector_id: connector.id, server };
  if (!health) return { ...head, state: 'idle', circuit: 'closed', failures: 0, connects: 0 };
  const { lastError, nextTryAt, dialect, via, protocolVersion, serverName, tools } = health;
  return {
    ...head,
    state: health.state,
    since: toTime(health.since),
    circuit: health.circuit,
    failures: health.failures,
    connects: health.connects,
    ...(lastError && { last_error: { ...lastError, at: toTime(lastError.at) } }),
    ...(nextTryAt !== undefined && { next_try_at: toTime(nextTryAt) }),
    ...(dialect !== undefined && { dialect }),
    ...(via !== undefined && { transport: via }),
    ...(protocolVersion !== undefined && { protocol_version: protocolVersion }),
    ...(serverName !== undefined && { server_name: serverName }),
    ...(tools && { tools: { count: tools.count, fetched_at: toTime(tools.fetchedAt), stale: tools.stale } }),
  };
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}
