import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const token = 'your-secret-token';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tramontane-company-'));
  await chmod(folder, 0o711);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function startMain(env: Record<string, string>): {
  child: ChildProcess;
  output: () => string;
  ended: Promise<unknown[]>;
} {
  const main = new URL('main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--conditions=@tramontane/source', main], {
    env: { PATH: process.env['PATH'], TRAMONTANE_DATA: join(folder, 'data'), ...env },
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text, ended: once(child, 'close') };
}

test('the process: a hash as the token, ready as its last line, a clean end on SIGTERM', async () => {
  const main = startMain({ PORT: '0', MCP_TOKEN_HASH: createHash('sha256').update(token).digest('hex') });
  while (!main.output().includes('ready ')) await once(main.child.stdout ?? main.child, 'data');
  const url = /ready (http:\/\/127\.0\.0\.1:\d+)\n$/u.exec(main.output())?.[1] ?? '';
  const response = await fetch(`${url}/mcp/v1/tools`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  await response.text();
  expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({ status: 'ready' });
  expect((await fetch(`${url}/openapi.json`)).status).toBe(200);
  expect((await fetch(`${url}/docs`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`)).status).toBe(401);
  main.child.kill('SIGTERM');
  expect(await main.ended).toEqual([0, null]);
});

test('the process: several workers, a scraper with a token of its own, a page for development', async () => {
  const main = startMain({
    PORT: '0',
    MCP_SECRET_TOKEN: token,
    METRICS_TOKEN: 'scrape',
    WORKERS: '2',
    RATE_LIMIT: '6/hour',
    ENV: 'development',
  });
  while (!main.output().includes('ready ')) await once(main.child.stdout ?? main.child, 'data');
  const url = /ready (http:\/\/127\.0\.0\.1:\d+)\n$/u.exec(main.output())?.[1] ?? '';
  const ask = { name: 'database_query', arguments: { query: 'SELECT count(*) AS n FROM users' } };
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    connection: 'close',
  };
  for (let calls = 0; calls < 6; calls += 1) {
    const init = { method: 'POST', headers, body: JSON.stringify(ask) };
    const answer = await fetch(`${url}/mcp/v1/tools/invoke`, init);
    expect(await answer.json()).toMatchObject({ success: true, result: [{ n: 20 }] });
  }
  const limited = await fetch(`${url}/mcp/v1/tools`, { headers });
  expect([limited.status, limited.headers.has('retry-after')]).toEqual([429, true]);
  expect((await fetch(`${url}/docs`)).status).toBe(200);
  const scraped = await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer scrape' } });
  expect(await scraped.text()).toContain(
    'mcp_tool_invocations_total{tool_name="database_query",status="success"} 6',
  );
  main.child.kill('SIGTERM');
  expect(await main.ended).toEqual([0, null]);
});

test('the process: what is wrong is one sentence and status 1', async () => {
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = String(typeof address === 'object' ? address?.port : '');
  const [noToken, noRate, busy] = [
    startMain({ PORT: '0' }),
    startMain({ PORT: '0', MCP_SECRET_TOKEN: token, RATE_LIMIT: 'often' }),
    startMain({ PORT: port, MCP_SECRET_TOKEN: token }),
  ];
  expect(await noRate.ended).toEqual([1, null]);
  expect(noRate.output()).toMatch(/^[^\n]*"often"[^\n]*\n$/u);
  expect(await noToken.ended).toEqual([1, null]);
  expect(noToken.output()).toMatch(/^Set MCP_SECRET_TOKEN .*MCP_TOKEN_HASH.*\n$/u);
  expect(await busy.ended).toEqual([1, null]);
  expect(busy.output()).toBe(
    `Port ${port} is in use by another program. Stop it, or set PORT to a free one.\n`,
  );
  taken.close();
});

test('the process: with nobody to read what it says it stops, and leaves the database to the next one', async () => {
  const main = startMain({ PORT: '0', MCP_SECRET_TOKEN: token });
  // Gone before it has said anything: its first word is written to a closed pipe.
  main.child.stdout?.destroy();
  expect(await main.ended).toEqual([0, null]);
  expect(main.output()).toBe('');
  expect((await readdir(join(folder, 'data', 'postgres-18'))).includes('postmaster.pid')).toBe(false);
});
