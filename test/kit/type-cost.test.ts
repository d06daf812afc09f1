import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../architecture/source-file.ts';

const run = promisify(execFile);
const { bin } = JSON.parse(readFileSync(`${ROOT}node_modules/typescript/package.json`, 'utf8')) as {
  bin: { tsc: string };
};
let folder: string;

beforeAll(async () => {
  await mkdir(`${ROOT}out`, { recursive: true });
  folder = await mkdtemp(`${ROOT}out/type-cost-`);
});
afterAll(() => rm(folder, { recursive: true }));

/** Tools as people write them; no two have the same types, or the compiler would answer from memory. */
const zodTool = (index: number): string => `
export const tool${index} = defineTool({
  name: 'search_orders_${index}',
  description: 'Finds orders of a customer, newest first.',
  input: z.object({
    customer${index}: z.string().min(1).describe('E-mail address.'),
    state: z.enum(['open', 'paid', 'sent${index}']).optional(),
    limit: z.int().min(1).max(100).default(20),
    period: z.object({ from${index}: z.string(), until: z.string().optional() }).optional(),
  }),
  output: z.object({ orders: z.array(z.object({ id${index}: z.int(), total: z.number() })), more: z.boolean() }),
  handler: async ({ customer${index}, limit, period }, { signal, progress }) => {
    signal.throwIfAborted();
    progress(1, limit);
    return { orders: [{ id${index}: customer${index}.length, total: period?.from${index}.length ?? limit }], more: false };
  },
});`;
const jsonSchemaTool = (index: number): string => `
export const tool${index} = defineTool<{ customer${index}: string; limit?: number }>({
  name: 'search_orders_${index}',
  description: 'Finds orders of a customer, newest first.',
  input: {
    type: 'object',
    properties: { customer${index}: { type: 'string' }, limit: { type: 'integer', minimum: 1 } },
    required: ['customer${index}'],
  },
  handler: ({ customer${index}, limit = 20 }, { log }) => {
    log.info({ limit }, 'searching');
    return [text(customer${index}), text(String(limit))];
  },
});`;

/** The same schemas and the same handler, typed by zod alone. */
const zodAlone = (index: number): string => `
export const input${index} = z.object({
  customer${index}: z.string().min(1).describe('E-mail address.'),
  state: z.enum(['open', 'paid', 'sent${index}']).optional(),
  limit: z.int().min(1).max(100).default(20),
  period: z.object({ from${index}: z.string(), until: z.string().optional() }).optional(),
});
export const output${index} = z.object({
  orders: z.array(z.object({ id${index}: z.int(), total: z.number() })),
  more: z.boolean(),
});
type Input${index} = z.output<typeof input${index}>;
export const handler${index} = async (
  { customer${index}, limit, period }: Input${index},
): Promise<z.input<typeof output${index}>> => ({
  orders: [{ id${index}: customer${index}.length, total: period?.from${index}.length ?? limit }],
  more: false,
});`;

/** What the compiler counts for a file of this many tools. */
async function countInstantiations(
  name: string,
  tool: (index: number) => string,
  tools: number,
): Promise<number> {
  const project = join(folder, `${name}-${tools}`);
  await mkdir(project);
  const imports = `import * as z from 'zod';\nimport { defineTool, text } from '@tramontane/mcp-server';\nexport { defineTool, text, z };`;
  const body = Array.from({ length: tools }, (_, index) => tool(index));
  await writeFile(join(project, 'tools.ts'), [imports, ...body].join('\n'));
  const config = { extends: '../../../tsconfig.json', include: ['tools.ts'], exclude: [] };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify(config));
  const args = [
    join(ROOT, 'node_modules/typescript', bin.tsc),
    '--project',
    project,
    '--extendedDiagnostics',
  ];
  const { stdout } = await run(process.execPath, args);
  const [, counted] = /^Instantiations:\s+(\d+)$/m.exec(stdout) ?? [];
  expect(stdout).not.toContain('error TS');
  return Number(counted);
}

async function countEach(name: string, tool: (index: number) => string): Promise<number> {
  const [one, many] = [await countInstantiations(name, tool, 1), await countInstantiations(name, tool, 101)];
  expect(one).toBeGreaterThan(0);
  const each = (many - one) / 100;
  expect(each).toBeGreaterThan(1);
  return each;
}

describe('a tool costs the compiler at most 1,000 instantiations', () => {
  it('with a zod schema, of which the kit adds next to nothing to what zod takes', async () => {
    const [kit, alone] = [await countEach('zod', zodTool), await countEach('zod-alone', zodAlone)];
    expect(kit).toBeLessThanOrEqual(1000);
    expect(kit - alone).toBeLessThanOrEqual(20);
  });

  it('with a JSON Schema', async () => {
    expect(await countEach('json-schema', jsonSchemaTool)).toBeLessThanOrEqual(1000);
  });
});
