import type { ApiClient } from './api-client.ts';
import { isServing } from './company-probe.ts';
import { isRecord, toRecords, toText, type JsonRecord } from './records.ts';
import { StartError } from './start-error.ts';

const NAME = 'MCP-Enabled Agent';
const MARK = 'company';

export interface DemoAgent {
  readonly id: string;
  readonly origin: 'created' | 'kept' | 'updated';
  readonly connectorId: string;
  readonly tools: readonly string[];
}

/**
 * The demo's agent with the tools it discovers. Of the agents of earlier starts the one with this tool server's address
 * is kept; else one whose tool server is gone is given this one; an agent whose tool server still answers belongs to
 * another start and is left alone. Where none is left, there is a new one.
 */
export async function openDemoAgent(
  api: ApiClient,
  server: { url: string; token: string },
  signal: AbortSignal,
): Promise<DemoAgent> {
  const known = await findKnown(api);
  const kept = known.find(agent => addressOf(agent) === server.url);
  if (kept !== undefined) {
    try {
      return await withTools(api, kept, 'kept');
    } catch (error) {
      // The server is up, so it is the credential that no longer fits. Anything else fails again below.
      if (!(error instanceof StartError)) throw error;
    }
  }
  const stale = kept ?? (await findAbandoned(known, signal));
  if (stale === undefined) {
    const created = await api.request('POST', '/v1/agents', toAgentRequest(server));
    return withTools(api, created.body, 'created');
  }
  const updated = await api.request('PATCH', `/v1/agents/${toText(stale['id'])}`, toAgentRequest(server));
  return withTools(api, updated.body, 'updated');
}

async function findAbandoned(
  agents: readonly JsonRecord[],
  signal: AbortSignal,
): Promise<JsonRecord | undefined> {
  for (const agent of agents) {
    const address = addressOf(agent);
    // Only addresses the demo itself gives out are asked: anybody with a key can write others there.
    if (
      address !== undefined &&
      /^http:\/\/127\.0\.0\.1:\d+$/.test(address) &&
      !(await isServing(address, signal))
    )
      return agent;
  }
  return undefined;
}

/** The request of the guide (section "Configuration"), with this machine's server and a mark to find it again. */
function toAgentRequest(server: { url: string; token: string }): JsonRecord {
  return {
    model: 'mistral-medium-latest',
    name: NAME,
    description: 'Agent connected to custom MCP server',
    instructions:
      'You have access to custom tools via MCP. Use these tools when appropriate for user requests.',
    tools: [
      {
        type: 'mcp',
        config: { server_url: server.url, auth: { type: 'bearer', token: server.token }, timeout: 30 },
      },
    ],
    metadata: { tramontane_demo: MARK, server_url: server.url },
  };
}

async function findKnown(api: ApiClient): Promise<readonly JsonRecord[]> {
  const query = new URLSearchParams({
    name: NAME,
    metadata: JSON.stringify({ tramontane_demo: MARK }),
    page_size: '100',
  });
  const { body } = await api.request('GET', `/v1/agents?${query.toString()}`);
  return toRecords(body).filter(
    agent =>
      agent['name'] === NAME && isRecord(agent['metadata']) && agent['metadata']['tramontane_demo'] === MARK,
  );
}

function addressOf(agent: JsonRecord): string | undefined {
  const metadata = agent['metadata'];
  return isRecord(metadata) ? toText(metadata['server_url']) : undefined;
}

async function withTools(api: ApiClient, agent: unknown, origin: DemoAgent['origin']): Promise<DemoAgent> {
  const id = isRecord(agent) ? toText(agent['id']) : '';
  const connector = isRecord(agent) ? toRecords(agent['tools'])[0] : undefined;
  const connectorId = toText(connector?.['connector_id']);
  if (connectorId === '')
    throw new StartError('demo_refused', `Agent ${id} was stored without its connection to the tool server.`);
  const { body } = await api.request('GET', `/v1/connectors/${connectorId}/tools?refresh=true`);
  return { id, origin, connectorId, tools: toRecords(body).map(tool => toText(tool['name'])) };
}
