import { randomUUID } from 'node:crypto';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { openGate, type Gate } from './gate.ts';
import type { ApiServer } from './open-api-server.ts';
import { record, records, text, type Json } from './shapes.ts';
import type { Things } from './tenant-case.ts';

/** Tool servers that the tenants of a test share. */
export interface TenantServers {
  readonly tools: ToolServer;
  /** Passed when the tool `hang` is at work; it never answers. */
  arrived: Gate;
  close(): Promise<void>;
}

export async function openTenantServers(): Promise<TenantServers> {
  const servers = { arrived: openGate() };
  const tool = { inputSchema: {}, description: 'A tool.' };
  const tools = await openSdkV2Server({
    tools: [
      { ...tool, name: 'whoami', handler: () => 'me' },
      { ...tool, name: 'act', handler: () => 'done' },
      {
        ...tool,
        name: 'hang',
        handler: (_args, { signal }) => {
          servers.arrived.open();
          return new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
        },
      },
    ],
  });
  return Object.assign(servers, { tools, close: () => tools.close() });
}

/** One of everything that a caller can have, each with a word in it that nobody else says. */
export async function makeThings(api: ApiServer, key: string, servers: TenantServers): Promise<Things> {
  const secret = `w${randomUUID().replaceAll('-', '')}`;
  const ask = async (method: string, path: string, body?: Json): Promise<Json> => {
    const answer = await api.send(method, path, body, { authorization: `Bearer ${key}` });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
    return record(answer.json);
  };
  const connectorName = `c-${secret}`;
  const made = await ask('POST', '/v1/connectors', {
    name: connectorName,
    description: secret,
    server: servers.tools.url,
    visibility: 'private',
  });
  const connector = text(made['id']);
  const credentials = `k-${secret}`;
  await ask('POST', `/v1/connectors/${connector}/user/credentials`, {
    name: credentials,
    credentials: { headers: { 'X-Secret': secret } },
  });
  const second = { name: `d-${secret}`, description: 'd', server: servers.tools.url, visibility: 'private' };
  await ask('POST', '/v1/connectors', second);

  const model = api.models.answers(() => ({ text: `I say ${secret}` }));
  const agentBody = { model, name: `a-${secret}`, instructions: secret, metadata: { secret } };
  const agent = text((await ask('POST', '/v1/agents', agentBody))['id']);
  const otherAgent = text((await ask('POST', '/v1/agents', { model, name: 'other' }))['id']);
  const alias = `l-${secret}`;
  await ask('PUT', `/v1/agents/${agent}/aliases?alias=${alias}&version=0`);

  const start = async (body: Json): Promise<{ id: string; outputs: Json[] }> => {
    const turn = await ask('POST', '/v1/conversations', { inputs: secret, metadata: { secret }, ...body });
    return { id: text(turn['conversation_id']), outputs: records(turn['outputs']) };
  };
  const calls = (name: string): string =>
    api.models.plays({ toolCalls: [{ name, arguments: {} }] }, { text: secret }, { text: secret });
  const usesIt = (configuration?: Json): Json => ({
    type: 'connector',
    connector_id: connector,
    ...(configuration && { tool_configuration: configuration }),
  });
  const conversation = await start({ agent_id: agent });
  const waiting = await start({
    model: calls('act'),
    tools: [usesIt({ requires_confirmation: ['act'] })],
  });
  const asked = { type: 'function', function: { name: 'ask_user', parameters: { type: 'object' } } };
  const asking = await start({ model: calls('ask_user'), tools: [asked] });

  servers.arrived = openGate();
  const hanging = api.send(
    'POST',
    '/v1/conversations',
    { model: calls('hang'), inputs: secret, tools: [usesIt()] },
    { authorization: `Bearer ${key}` },
  );
  await servers.arrived.passed;
  const [row] = await api.query('select id from tramontane.conversations order by created_at desc limit 1');
  const stuck = text(row?.['id']);
  await ask('POST', `/v1/conversations/${stuck}/cancel`);
  await hanging;
  const [unanswered] = records((await ask('GET', `/v1/conversations/${stuck}/unanswered_calls`))['data']);

  const callOf = (outputs: readonly Json[]): string => text(outputs.at(-1)?.['tool_call_id']);
  const agents = await ask('GET', '/v1/agents/pages?page_size=1');
  const connectors = record((await ask('GET', '/v1/connectors?page_size=1'))['pagination']);
  return {
    model,
    agent,
    otherAgent,
    agentName: agentBody.name,
    conversation: conversation.id,
    entry: text(conversation.outputs[0]?.['id']),
    waiting: waiting.id,
    waitingCall: callOf(waiting.outputs),
    asking: asking.id,
    askingCall: callOf(asking.outputs),
    stuck,
    stuckCall: text(unanswered?.['tool_call_id']),
    connector,
    connectorName,
    credentials,
    alias,
    secret,
    agentCursor: text(agents['next_page_token']),
    connectorCursor: text(connectors['next_cursor']),
  };
}

/** The same form as these things have, and nothing anywhere is named so. */
export function toMissing(things: Things): Things {
  const turned = (value: string): string => value.replace(/[a-z0-9]/gi, turn);
  return Object.fromEntries(
    Object.entries(things).map(([key, value]: [string, string]) => {
      // A prefix says what kind of id it is.
      const prefix = /^[a-z]+[_-]/.exec(value)?.[0] ?? '';
      return [key, key === 'connector' ? randomUUID() : prefix + turned(value.slice(prefix.length))];
    }),
  ) as unknown as Things;
}

function turn(sign: string): string {
  if (/\d/.test(sign)) return String((Number(sign) + 5) % 10);
  const base = sign <= 'Z' ? 65 : 97;
  return String.fromCharCode(((sign.charCodeAt(0) - base + 13) % 26) + base);
}
