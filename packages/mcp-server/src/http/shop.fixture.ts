import * as z from 'zod';
import { defineResource } from '../definition/define-resource.ts';
import { defineTool } from '../definition/define-tool.ts';
import { ToolError } from '../kit-error.ts';
import type { Log } from '../log.ts';
import { createMcpServer, type McpServer } from '../server.ts';

/** A gate that a test opens: what waits behind it has surely begun, and has not ended. */
export interface Gate {
  readonly begun: PromiseWithResolvers<AbortSignal>;
  readonly open: PromiseWithResolvers<void>;
}

export function createGate(): Gate {
  return { begun: Promise.withResolvers(), open: Promise.withResolvers() };
}

const drop = (): void => {};
const silent: Log = { debug: drop, info: drop, warn: drop, error: drop };

/** The server of the HTTP tests. */
export function createShop(gate: Gate = createGate()): McpServer {
  const nothing = z.object({});
  return createMcpServer({
    name: 'shop',
    version: '1.2.3',
    log: silent,
    tools: [
      defineTool({
        name: 'add',
        description: 'Adds two numbers.',
        input: z.object({ a: z.number(), b: z.number() }),
        output: z.object({ sum: z.number() }),
        annotations: { readOnlyHint: true },
        idempotent: true,
        handler: ({ a, b }) => ({ sum: a + b }),
      }),
      defineTool({
        name: 'greet',
        description: 'Greets.',
        input: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
        handler: ({ name }, { idempotencyKey }) => `Hello, ${String(name)} (${idempotencyKey ?? 'no key'})`,
      }),
      defineTool({
        name: 'forbidden',
        description: 'Refuses.',
        input: nothing,
        handler: () => {
          throw new ToolError('Permission denied: only managers may do this.', { code: 'permission_denied' });
        },
      }),
      defineTool({
        name: 'broken',
        description: 'Breaks.',
        input: nothing,
        handler: () => {
          throw new Error('password is hunter2');
        },
      }),
      defineTool({
        name: 'slow',
        description: 'Takes longer than it may.',
        input: nothing,
        timeoutMs: 20,
        handler: () => new Promise<string>(() => {}),
      }),
      defineTool({
        name: 'gated',
        description: 'Waits until the test lets it go.',
        input: nothing,
        handler: async (_args, { signal }) => {
          gate.begun.resolve(signal);
          await gate.open.promise;
          return 'through';
        },
      }),
    ],
    resources: [
      defineResource({ uri: 'docs://größe', name: 'size', description: 'Sizes.', read: () => 'S, M, L' }),
      defineResource({
        uriTemplate: 'data://{table}',
        name: 'table',
        description: 'Rows.',
        read: ({ table }) => table,
      }),
    ],
  });
}
