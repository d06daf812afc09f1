import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGuard, openAuthServer, type AuthServer } from '@tramontane/testkit/auth-servers';
import {
  openRestServer,
  openSdkV2Server,
  type PlainTool,
  type ToolServer,
} from '@tramontane/testkit/tool-servers';
import { ROOT } from '../architecture/source-file.ts';
import { codeBlocks } from '../docs/pages.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { infoText, record, records } from './shapes.ts';

// The requests of docs/guide.md as they stand there; only addresses are others.
const bodies = codeBlocks(readFileSync(`${ROOT}docs/guide.md`, 'utf8'), 'json');
const TOOLS: readonly PlainTool[] = [
  {
    name: 'warehouse_lookup',
    description: 'Look up where a part is stored in the warehouse.',
    inputSchema: { properties: { part: { type: 'string' } }, required: ['part'] },
    annotations: { readOnlyHint: true },
    handler: ({ part }) => ({ part, shelf: 'B7' }),
  },
];

let api: ApiServer;
let authServer: AuthServer;
const opened: ToolServer[] = [];
beforeAll(async () => {
  api = await openApiServer({ database: 'embedded' });
  authServer = await openAuthServer({ clients: { 'the-client': 'the-secret' } });
});
afterAll(async () => {
  await Promise.all([api?.close(), authServer?.close(), ...opened.map(server => server.close())]);
});

type Open = () => Promise<ToolServer>;
const SERVERS: Readonly<Record<string, Open>> = {
  'Agent of version 2': () => openRestServer({ tools: TOOLS, version: 'v2', bearerToken: 'the-token' }),
  'Agent with a token': () => openSdkV2Server({ tools: TOOLS, bearerToken: 'the-token' }),
  'Agent with a key': () => openRestServer({ tools: TOOLS, apiKey: { header: 'X-API-Key', key: 'the-key' } }),
  'Agent with OAuth': () => openSdkV2Server({ tools: TOOLS, guard: createGuard({ authServer }) }),
};

it('has a request for each way to sign in, and one for a version', () => {
  const names = bodies.map(body => record(JSON.parse(body))['name']);
  expect(names).toEqual(Object.keys(SERVERS));
});

it.each(Object.entries(SERVERS))('%s is made, and calls its tool', async (name, open) => {
  const server = await open();
  opened.push(server);
  const body = bodies.find(text => text.includes(`"${name}"`)) ?? '';
  const made = await api.send(
    'POST',
    '/v1/agents',
    JSON.parse(
      body
        // The official server has its address below the origin; the others are found at it.
        .replace(/https:\/\/mcp\.company\.com(?=")/, name === 'Agent with OAuth' ? server.url : server.origin)
        .replace('https://mcp.company.com/', `${server.origin}/`)
        .replace('https://auth.company.com', authServer.issuer),
    ),
  );
  expect([made.status, made.text]).toEqual([200, expect.any(String)]);
  const asked = { agent_id: record(made.json)['id'], inputs: 'Use warehouse_lookup with part "gear"' };
  const answer = await api.send('POST', '/v1/conversations', asked);
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  const [execution] = records(record(answer.json)['outputs']);
  expect(infoText(record(execution))).toContain('B7');
  for (const secret of ['the-token', 'the-key', 'the-secret']) expect(made.text).not.toContain(secret);
});
