import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createMcpServer } from '@tramontane/mcp-server';
import { openApiGateway, type LeftOut } from '@tramontane/mcp-server/openapi';

const FOLDER = new URL('documents/', import.meta.url);
const files = readdirSync(FOLDER).filter(name => !name.endsWith('.md'));
const counts = new Map<string, { readonly tools: number; readonly leftOut: readonly LeftOut[] }>();
const drop = (): void => {};
const log = { debug: drop, info: drop, warn: drop, error: drop };

/** Counted without the gateway. */
function countOperations(name: string): number {
  const { paths } = parse(readFileSync(new URL(name, FOLDER), 'utf8')) as { paths: Record<string, object> };
  const methods = ['get', 'head', 'options', 'post', 'put', 'patch', 'delete', 'trace'];
  return Object.values(paths).flatMap(item => Object.keys(item).filter(key => methods.includes(key))).length;
}

describe('public OpenAPI documents', () => {
  test('there are thirty of them, of both versions and both forms', () => {
    expect(files.length).toBeGreaterThanOrEqual(30);
    const texts = files.map(name => readFileSync(new URL(name, FOLDER), 'utf8'));
    expect(texts.filter(text => /["']?openapi["']?: ["']?3\.0/.test(text)).length).toBeGreaterThan(9);
    expect(texts.filter(text => /["']?openapi["']?: ["']?3\.1/.test(text)).length).toBeGreaterThan(4);
    expect(files.filter(name => name.endsWith('.yaml')).length).toBeGreaterThan(9);
    for (const text of texts) expect(text.length).toBeLessThan(400_000);
  });

  test.each(files)('%s', async name => {
    await using gateway = openApiGateway({
      name: 'api',
      baseUrl: 'https://api.example.com/base',
      document: readFileSync(new URL(name, FOLDER), 'utf8'),
      operations: 'all',
    });
    counts.set(name, { tools: gateway.tools.length, leftOut: gateway.leftOut });
    // Names that clash, schemas that cannot be compiled: the kit refuses them all.
    const server = createMcpServer({
      name: 'api',
      version: '1.0.0',
      tools: gateway.tools,
      log,
      design: false,
    });
    await server.close();
    for (const { id, reason } of gateway.leftOut)
      expect({ id, reason }).toMatchObject({ reason: expect.stringMatching(/\w{3}/) });
    const found = countOperations(name);
    expect(found).toBeGreaterThan(0);
    expect(gateway.tools.length + gateway.leftOut.length).toBe(found);
  });

  test('nine of ten operations become tools, and what is left out has its reason', () => {
    const all = [...counts.values()];
    const tools = all.reduce((sum, one) => sum + one.tools, 0);
    const leftOut = [...counts].flatMap(([name, one]) =>
      one.leftOut.map(({ id, reason }) => `${name} ${id}: ${reason}`),
    );
    const total = `${tools} of ${tools + leftOut.length} operations of ${all.length} documents become tools`;
    process.stdout.write([total, ...leftOut.map(line => `left out: ${line}`), ''].join('\n'));
    expect(all.length).toBe(files.length);
    expect(tools / (tools + leftOut.length)).toBeGreaterThanOrEqual(0.9);
  });
});
