import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { toCurl, toPython, toTypeScript, type NextSteps } from './next-steps.ts';

const run = promisify(execFile);
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const question = `What's "new"?`;

let folder: string;
let seen: { url: string | undefined; authorization: string | undefined; body: unknown }[];
const server = createServer(
  (request, response) =>
    void answer(request).then(body => response.setHeader('content-type', 'application/json').end(body)),
);

async function answer(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body: unknown = JSON.parse(Buffer.concat(parts).toString());
  seen.push({ url: request.url, authorization: request.headers.authorization, body });
  return JSON.stringify({ conversation_id: 'conv_1', outputs: [], usage: {} });
}

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A folder whose name needs quoting everywhere.
  folder = await mkdtemp(join(tmpdir(), "it's a folder "));
  await writeFile(join(folder, 'key'), 'secret-key\n');
  await symlink(modules, join(folder, 'node_modules'));
});
beforeEach(() => {
  seen = [];
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

function steps(change: Partial<NextSteps> = {}): NextSteps {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const apiKey = { source: 'file', file: join(folder, 'key'), first: 'secret-key' } as const;
  return { url, apiKey, company: undefined, agentId: 'ag_1', question, ...change };
}

async function runCurl(given: NextSteps): Promise<void> {
  await run('sh', ['-c', toCurl(given)], {
    env: { ...process.env, TRAMONTANE_API_KEYS: 'secret-key,other' },
  });
}

async function runTypeScript(given: NextSteps): Promise<void> {
  const file = join(folder, 'ask.mjs');
  await writeFile(file, toTypeScript(given));
  await run(process.execPath, [file], { env: { ...process.env, TRAMONTANE_API_KEYS: 'secret-key,other' } });
}

test.each([
  ['curl', runCurl],
  ['TypeScript', runTypeScript],
])('the %s lines send the question with the key, wherever it comes from', async (_name, paste) => {
  await paste(steps());
  await paste(steps({ apiKey: { source: 'environment', first: 'secret-key' }, agentId: undefined }));
  expect(seen).toMatchObject([
    {
      url: '/v1/conversations',
      authorization: 'Bearer secret-key',
      body: { agent_id: 'ag_1', inputs: question },
    },
    { authorization: 'Bearer secret-key', body: { model: 'mistral-medium-latest', inputs: question } },
  ]);
});

test('no snippet contains the key', () => {
  for (const toSnippet of [toCurl, toTypeScript, toPython])
    expect(toSnippet(steps())).not.toContain('secret-key');
});
