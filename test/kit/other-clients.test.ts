// Clients that others wrote, as they are: the official Inspector's CLI, and mcp-remote between stdio and HTTP. Each brings
// a tree of packages that no install of ours should carry, so they are put aside, pinned, when this test first runs.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { createMcpServer, defineTool, serveHttp, type HttpServing } from '@tramontane/mcp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';

const run = promisify(execFile);
const aside = join(import.meta.dirname, '..', '..', 'out', 'other-clients');
const packages = ['@modelcontextprotocol/inspector@2.12.0', 'mcp-remote@0.15.1'];
const inspector = join(aside, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');
const remote = join(aside, 'node_modules/mcp-remote/dist/proxy.js');
const home = mkdtempSync(join(tmpdir(), 'tramontane-other-clients-'));
const environment = { ...process.env, HOME: home };

let serving: HttpServing;
beforeAll(async () => {
  const add = defineTool({
    name: 'add_numbers',
    description: 'Adds two numbers and returns their sum.',
    input: z.object({ a: z.number().describe('First number'), b: z.number().describe('Second number') }),
    annotations: { readOnlyHint: true },
    handler: ({ a, b }) => ({ sum: a + b }),
  });
  serving = await serveHttp(createMcpServer({ name: 'sums', version: '1.0.0', tools: [add] }), { port: 0 });
  if (existsSync(inspector) && existsSync(remote)) return;
  await mkdir(aside, { recursive: true });
  await writeFile(join(aside, 'package.json'), '{ "private": true }\n');
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], { cwd: aside });
}, 300_000);
afterAll(async () => {
  await serving.close();
  rmSync(home, { recursive: true, force: true });
});

const inspect = async (...args: string[]): Promise<unknown> => {
  const all = [inspector, '--cli', `${serving.url}/mcp`, '--transport', 'http', ...args];
  const { stdout } = await run(process.execPath, all, { env: environment, timeout: 60_000 });
  return JSON.parse(stdout);
};

it("the official Inspector's CLI lists and calls", { timeout: 150_000 }, async () => {
  expect(await inspect('--method', 'tools/list')).toMatchObject({ tools: [{ name: 'add_numbers' }] });
  const call = [
    '--method',
    'tools/call',
    '--tool-name',
    'add_numbers',
    '--tool-arg',
    'a=2',
    '--tool-arg',
    'b=3',
  ];
  expect(await inspect(...call)).toMatchObject({ structuredContent: { sum: 5 } });
});

it('mcp-remote carries a stdio client to the server', { timeout: 150_000 }, async () => {
  const client = new Client({ name: 'behind-mcp-remote', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [remote, `${serving.url}/mcp`, '--allow-http'],
      env: Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined)),
      stderr: 'ignore',
    }),
  );
  try {
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['add_numbers']);
    const result = await client.callTool({ name: 'add_numbers', arguments: { a: 20, b: 22 } });
    expect(result).toMatchObject({ structuredContent: { sum: 42 } });
  } finally {
    await client.close();
  }
});
