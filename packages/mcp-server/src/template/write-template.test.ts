import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTemplate } from './write-template.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const source = '--conditions=@tramontane/source';
let project: string;

beforeAll(async () => {
  project = join(await mkdtemp(join(tmpdir(), 'template-')), 'weather-station');
  await writeTemplate(project, 'weather-station');
  // What npm install would bring, from this repository.
  await mkdir(join(project, 'node_modules/@tramontane'), { recursive: true });
  await mkdir(join(project, 'node_modules/@types'), { recursive: true });
  await symlink(join(root, 'packages/mcp-server'), join(project, 'node_modules/@tramontane/mcp-server'));
  await symlink(join(root, 'packages/guards'), join(project, 'node_modules/@tramontane/guards'));
  for (const name of ['zod', 'prom-client', '@types/node', 'typescript']) {
    await symlink(join(root, 'node_modules', name), join(project, 'node_modules', name));
  }
});
afterAll(() => rm(join(project, '..'), { recursive: true }));

describe('a new project', () => {
  it('has its own name', async () => {
    const manifest = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as object;
    expect(manifest).toMatchObject({ name: 'weather-station' });
    expect(await readFile(join(project, '.gitignore'), 'utf8')).toContain('node_modules');
  });

  it('asks for the versions that this repository has', async () => {
    const { dependencies, devDependencies } = JSON.parse(
      await readFile(join(project, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      const there = await readFile(join(project, 'node_modules', name, 'package.json'), 'utf8');
      expect([name, (JSON.parse(there) as { version: string }).version]).toEqual([name, version]);
    }
  });

  it('passes its own tests and type check', async () => {
    const env = { ...process.env, NODE_OPTIONS: source };
    const tested = await run(process.execPath, ['--test'], { cwd: project, env });
    expect(tested.stdout).toMatch(/pass 4\b/);
    const { bin } = JSON.parse(
      await readFile(join(root, 'node_modules/typescript/package.json'), 'utf8'),
    ) as { bin: { tsc: string } };
    const tsc = join(root, 'node_modules/typescript', bin.tsc);
    await run(process.execPath, [tsc, '--noEmit', '--customConditions', '@tramontane/source'], {
      cwd: project,
    });
  });

  it('serves over HTTP, behind its token, and ends at SIGTERM', async () => {
    const env = { ...process.env, PORT: '0', MCP_SECRET_TOKEN: 'secret' };
    const child = spawn(process.execPath, [source, 'src/main.ts'], { cwd: project, env, stdio: 'pipe' });
    const exited = once(child, 'exit');
    const [ready] = (await once(createInterface(child.stdout), 'line')) as [string];
    const url = ready.replace('ready ', '');
    const headers = { 'content-type': 'application/json', authorization: 'Bearer secret' };
    const invoke = { name: 'search_docs', arguments: { text: 'example' } };
    const response = await fetch(`${url}/mcp/v1/tools/invoke`, {
      method: 'POST',
      headers,
      body: JSON.stringify(invoke),
    });
    expect(await response.json()).toMatchObject({
      success: true,
      result: { matches: [{ file: 'welcome.md' }] },
    });
    expect((await fetch(`${url}/mcp/v1/tools`)).status).toBe(401);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({ status: 'ready' });
    expect((await fetch(`${url}/openapi.json`)).status).toBe(200);
    expect((await fetch(`${url}/docs`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    expect(await (await fetch(`${url}/metrics`, { headers })).text()).toContain(
      'mcp_tool_invocations_total{tool_name="search_docs",status="success"} 1',
    );
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  it('serves with several workers, for development with a page, and is not ready without its documents', async () => {
    const env = {
      ...process.env,
      PORT: '0',
      ENV: 'development',
      METRICS_TOKEN: 'm',
      DOCS_FOLDER: 'none',
      RATE_LIMIT: '3/minute',
    };
    const child = spawn(process.execPath, [source, 'src/main.ts', '--workers', '2'], {
      cwd: project,
      env,
      stdio: 'pipe',
    });
    const exited = once(child, 'exit');
    const [ready] = (await once(createInterface(child.stdout), 'line')) as [string];
    const url = ready.replace('ready ', '');
    expect((await fetch(`${url}/docs`)).headers.get('content-type')).toContain('text/html');
    expect((await fetch(`${url}/health/ready`)).status).toBe(503);
    const scraped = await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer m' } });
    expect(await scraped.text()).toContain('mcp_workers 2');
    // Both workers count together.
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await fetch(`${url}/mcp/v1/tools`)).status);
    expect(statuses.at(-1)).toBe(429);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  it('does not open itself to the network without a token', async () => {
    const env = { ...process.env, PORT: '0', HOST: '0.0.0.0', MCP_SECRET_TOKEN: '' };
    await expect(run(process.execPath, [source, 'src/main.ts'], { cwd: project, env })).rejects.toThrow(
      /Set MCP_SECRET_TOKEN/,
    );
  });

  it('serves over stdio', async () => {
    const child = spawn(process.execPath, [source, 'src/main.ts', '--stdio'], {
      cwd: project,
      stdio: 'pipe',
    });
    const answer = once(createInterface(child.stdout), 'line');
    child.stdin.end('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    expect(await answer).toEqual(['{"jsonrpc":"2.0","id":1,"result":{}}']);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

describe('writeTemplate', () => {
  it('writes over nothing', async () => {
    const folder = join(project, '..', 'taken');
    await mkdir(folder);
    await writeFile(join(folder, 'mine.txt'), 'mine');
    await expect(writeTemplate(folder, 'fine')).rejects.toMatchObject({ code: 'template_refused' });
  });

  it.each(['', 'My Server', '../up', 'a'.repeat(215)])('refuses the name %j', async name => {
    await expect(writeTemplate(join(project, '..', 'other'), name)).rejects.toMatchObject({
      code: 'template_refused',
    });
  });
});
