import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parseSettings, startCompany, type Company } from '@tramontane/example-company';
import { createGuard, openAuthServer } from '@tramontane/testkit/auth-servers';
import {
  openRestServer,
  openSdkV1Server,
  openSdkV2Server,
  type PlainTool,
  type ToolServer,
  type ToolServerOptions,
} from '@tramontane/testkit/tool-servers';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { infoText, record, records, text, type Json } from './shapes.ts';

// The requests of the guide as they stand there; only addresses and tokens are others.
// No model vendor is set: the guide's model names are answered by the offline model.

const COMPANY_TOKEN = 'company-token-Zq4T9xV2';

let api: ApiServer;
let company: Company;
const opened: ToolServer[] = [];

beforeAll(async () => {
  api = await openApiServer({ database: 'embedded' });
  company = await startCompany(
    parseSettings({ MCP_SECRET_TOKEN: COMPANY_TOKEN, TRAMONTANE_DATA: api.dataFolder, PORT: '0' }),
  );
});

afterAll(async () => {
  await Promise.all([company?.close(), ...opened.map(server => server.close())]);
  await api?.close();
});

async function post(path: string, body: unknown): Promise<Json> {
  const answer = await api.send('POST', path, body);
  if (answer.status !== 200) throw new Error(answer.text);
  return record(answer.json);
}

async function startWith(agent: Json, inputs: string): Promise<Json[]> {
  return records((await post('/v1/conversations', { agent_id: agent['id'], inputs }))['outputs']);
}

function expectNoSecret(secret: string): void {
  // What is searched must hold something, or nothing is proven.
  expect(api.log()).toContain('/v1/agents');
  expect(api.answered()).not.toContain(secret);
  expect(api.log()).not.toContain(secret);
}

describe('against the company server', () => {
  it('Configuration: discovers the tools, queries the database, presents the rows', async () => {
    const agent = await post('/v1/agents', {
      model: 'mistral-medium-latest',
      name: 'MCP-Enabled Agent',
      description: 'Agent connected to custom MCP server',
      instructions: `
        You have access to custom tools via MCP.
        Available tools: database_query, send_email, create_ticket
        Use these tools when appropriate for user requests.
    `,
      tools: [
        {
          type: 'mcp',
          config: {
            server_url: company.url,
            auth: { type: 'bearer', token: COMPANY_TOKEN },
            timeout: 30,
          },
        },
      ],
    });
    expect(agent['tools']).toEqual([
      { type: 'connector', connector_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);

    const outputs = await startWith(agent, 'Query the database for all users created in the last 7 days');
    const execution = record(outputs[0]);
    expect(execution).toMatchObject({ type: 'tool.execution', name: 'database_query' });
    expect(record(execution['info'])).toMatchObject({ is_error: false, status: 'done' });
    expect(text(execution['arguments'])).toMatch(/select/i);
    expect(record(outputs.at(-1))).toMatchObject({ type: 'message.output', role: 'assistant' });
    expect(text(record(outputs.at(-1))['content'])).toContain('created_at');
    expectNoSecret(COMPANY_TOKEN);
  });

  it('Connecting Agent to Custom Server: finds customers and notifies each of them', async () => {
    const agent = await post('/v1/agents', {
      model: 'mistral-large-latest',
      name: 'Company Agent',
      description: 'Agent with access to company systems',
      instructions: `
        You have access to company tools via MCP:
        - database_query: Query company database
        - send_notification: Send notifications to users
        - create_ticket: Create support tickets
    `,
      tools: [
        {
          type: 'mcp',
          config: { server_url: company.url, auth: { type: 'bearer', token: COMPANY_TOKEN } },
        },
      ],
    });
    const outputs = await startWith(
      agent,
      'Find all customers from California and send them a notification about our new product',
    );
    const names = outputs.filter(({ type }) => type === 'tool.execution').map(({ name }) => name);
    expect(names[0]).toBe('database_query');
    expect(names.slice(1).length).toBeGreaterThan(0);
    expect(new Set(names.slice(1))).toEqual(new Set(['send_notification']));
    for (const entry of outputs.slice(0, -1)) expect(record(entry['info'])['is_error']).toBe(false);
    expect(record(outputs.at(-1))['type']).toBe('message.output');
    expectNoSecret(COMPANY_TOKEN);
  });

  it('shows who answered in a header', async () => {
    const answer = await api.send('POST', '/v1/conversations', {
      model: 'mistral-medium-latest',
      inputs: 'Hello',
    });
    expect(answer.headers.get('x-tramontane-model')).toBe('offline');
  });
});

const TOOLS: readonly PlainTool[] = [
  {
    name: 'warehouse_lookup',
    description: 'Look up where a part is stored in the warehouse.',
    inputSchema: { properties: { part: { type: 'string' } }, required: ['part'] },
    annotations: { readOnlyHint: true },
    handler: ({ part }) => ({ part, shelf: 'B7' }),
  },
];

type Open = (options: ToolServerOptions) => Promise<ToolServer>;
const SERVERS: readonly [string, Open][] = [
  ["the guide's REST form, written apart from the kit", openRestServer],
  ['the official SDK 1.x', openSdkV1Server],
  ['the official SDK 2.x', openSdkV2Server],
];

describe.each(SERVERS)('against %s', (name, open) => {
  const secret = `s3cret-${name.replaceAll(/\W+/g, '-')}`;
  const start = async (options: Omit<ToolServerOptions, 'tools'>): Promise<ToolServer> => {
    const server = await open({ tools: TOOLS, ...options });
    opened.push(server);
    return server;
  };
  const ask = 'Use warehouse_lookup with part "gear"';

  it('Bearer Token', async () => {
    const server = await start({ bearerToken: `${secret}-bearer` });
    const agent = await post('/v1/agents', {
      model: 'mistral-medium-latest',
      name: 'Secure Agent',
      tools: [
        {
          type: 'mcp',
          config: {
            server_url: server.origin,
            auth: { type: 'bearer', token: `${secret}-bearer` },
          },
        },
      ],
    });
    const [execution] = await startWith(agent, ask);
    expect(infoText(record(execution))).toContain('B7');
    expect(server.calls).toMatchObject([{ name: 'warehouse_lookup', arguments: { part: 'gear' } }]);
    expect(server.calls[0]?.idempotencyKey).toMatch(/./);
    expectNoSecret(`${secret}-bearer`);
  });

  it('API Key, and a PATCH with the echoed tools keeps it', async () => {
    const server = await start({ apiKey: { header: 'X-Company-Key', key: `${secret}-key` } });
    const agent = await post('/v1/agents', {
      model: 'mistral-medium-latest',
      name: 'API Key Agent',
      tools: [
        {
          type: 'mcp',
          config: {
            server_url: server.origin,
            auth: { type: 'api_key', key: `${secret}-key`, header: 'X-Company-Key' },
          },
        },
      ],
    });
    const path = `/v1/agents/${text(agent['id'])}`;
    const echoed = record((await api.send('GET', path)).json)['tools'];
    const patched = await api.send('PATCH', path, { tools: echoed, description: 'Patched' });
    expect(patched.status).toBe(200);
    expect(patched.json).toMatchObject({ version: 1, tools: echoed, description: 'Patched' });
    const [execution] = await startWith(agent, ask);
    expect(infoText(record(execution))).toContain('B7');
    expectNoSecret(`${secret}-key`);
  });

  it('a wrong token is told to model and caller, and to nobody which one it was', async () => {
    const server = await start({ bearerToken: `${secret}-right` });
    const agent = await post('/v1/agents', {
      model: 'mistral-medium-latest',
      name: 'Agent',
      tools: [
        {
          type: 'mcp',
          config: { server_url: server.origin, auth: { type: 'bearer', token: `${secret}-wrong` } },
        },
      ],
    });
    const outputs = await startWith(agent, ask);
    expect(record(record(outputs[0])['info'])).toMatchObject({ is_error: true, code: 'refused' });
    expect(record(outputs.at(-1))['type']).toBe('message.output');
    expect(server.calls).toEqual([]);
    expectNoSecret(`${secret}-wrong`);
  });
});

it('Versioning: an address that ends in /v2 means the second version of the REST form', async () => {
  const server = await openRestServer({ tools: TOOLS, version: 'v2', bearerToken: 'token-of-v2-Xw7' });
  opened.push(server);
  const agent = await post('/v1/agents', {
    model: 'mistral-medium-latest',
    name: 'Agent',
    tools: [
      {
        type: 'mcp',
        config: {
          server_url: `${server.origin}/v2`, // Explicit version
          auth: { type: 'bearer', token: 'token-of-v2-Xw7' },
        },
      },
    ],
  });
  const [execution] = await startWith(agent, 'Use warehouse_lookup with part "axle"');
  expect(infoText(record(execution))).toContain('B7');
  expect(server.requests).toContain('POST /mcp/v2/tools/invoke');
  expectNoSecret('token-of-v2-Xw7');
});

it('OAuth 2.0: gets a token with the client credentials, and calls the tool', async () => {
  const authServer = await openAuthServer({ clients: { 'the-client': 'client-secret-Yk2' } });
  const server = await openSdkV2Server({
    tools: TOOLS,
    guard: createGuard({ authServer }),
  });
  opened.push(server);
  onTestFinished(() => authServer.close());
  const agent = await post('/v1/agents', {
    model: 'mistral-medium-latest',
    name: 'OAuth Agent',
    tools: [
      {
        type: 'mcp',
        config: {
          server_url: server.url,
          auth: {
            type: 'oauth2',
            client_id: 'the-client',
            client_secret: 'client-secret-Yk2',
            token_url: `${authServer.issuer}/token`,
          },
        },
      },
    ],
  });
  const [execution] = await startWith(agent, 'Use warehouse_lookup with part "axle"');
  expect(infoText(record(execution))).toContain('B7');
  expect(authServer.tokenRequests).toHaveLength(1);
  expectNoSecret('client-secret-Yk2');
});

it('tools of type mcp in a conversation without an agent come back as connectors', async () => {
  const started = await post('/v1/conversations', {
    model: 'mistral-medium-latest',
    inputs: 'Hello there',
    tools: [
      { type: 'mcp', config: { server_url: company.url, auth: { type: 'bearer', token: COMPANY_TOKEN } } },
    ],
  });
  const got = await api.send('GET', `/v1/conversations/${text(started['conversation_id'])}`);
  expect(record(got.json)['tools']).toEqual([{ type: 'connector', connector_id: expect.any(String) }]);
  expectNoSecret(COMPANY_TOKEN);
});
