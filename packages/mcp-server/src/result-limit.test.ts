import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { image, text } from './content.ts';
import { defineTool } from './definition/define-tool.ts';
import { createMcpServer } from './server.ts';
import { openTestClient } from './testing/open-test-client.ts';

const shapes: Readonly<Record<string, (size: number) => unknown>> = {
  text: size => 'x'.repeat(size),
  value: size => ({ rows: 'x'.repeat(size - 11) }),
  blocks: size => [text('x'.repeat(size - 4)), image('eHh4', 'image/png')],
  umlauts: size => 'ü'.repeat(Math.floor(size / 2)),
};

function create(limits: { server?: number; tool?: number }) {
  const give = defineTool({
    name: 'give',
    description: 'Gives much.',
    input: z.object({ shape: z.string(), size: z.int() }),
    ...(limits.tool !== undefined && { maxResultBytes: limits.tool }),
    handler: ({ shape, size }) => shapes[shape]?.(size) as string,
  });
  return createMcpServer({
    name: 'much',
    version: '1.0.0',
    tools: [give],
    design: false,
    ...(limits.server !== undefined && { maxResultBytes: limits.server }),
  });
}

describe('the size of a result', () => {
  it.each(Object.keys(shapes))('as %s is limited, and the caller reads what to do', async shape => {
    await using client = await openTestClient(create({ server: 1000 }));
    const fits = await client.callTool('give', { shape, size: 1000 });
    expect(fits.isError).toBeFalsy();
    const refused = await client.callTool('give', { shape, size: 1002 });
    expect(refused.isError).toBe(true);
    expect(refused.text).toBe(
      'Tool "give" has run, and its result of 1002 bytes is more than the 1000 that are let through. Ask for less at a time.',
    );
  });

  it('is the tool its own affair where it says so', async () => {
    await using client = await openTestClient(create({ server: 10, tool: 2000 }));
    expect((await client.callTool('give', { shape: 'text', size: 2000 })).isError).toBeFalsy();
    expect((await client.callTool('give', { shape: 'text', size: 2001 })).isError).toBe(true);
  });

  it('is 16 MiB where nobody says anything', async () => {
    await using client = await openTestClient(create({}));
    expect((await client.callTool('give', { shape: 'text', size: 16 * 2 ** 20 })).isError).toBeFalsy();
    expect((await client.callTool('give', { shape: 'text', size: 16 * 2 ** 20 + 1 })).isError).toBe(true);
  });

  it.each([0, -1, 1.5, Number.NaN])('cannot be %d', bytes => {
    expect(() => create({ tool: bytes })).toThrow(/maxResultBytes/);
    expect(() => create({ server: bytes })).toThrow(/maxResultBytes/);
  });
});
