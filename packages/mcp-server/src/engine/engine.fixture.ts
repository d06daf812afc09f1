import * as z from 'zod';
import type { RequestMeta } from '../request-meta.ts';
import { image, text } from '../content.ts';
import { defineResource } from '../definition/define-resource.ts';
import { defineTool } from '../definition/define-tool.ts';
import { ToolError } from '../kit-error.ts';
import type { Log } from '../log.ts';
import { createMcpServer, type McpServer } from '../server.ts';

export interface LogLine {
  readonly fields: object;
  readonly message: string;
}

export interface Answered {
  readonly status: number;
  readonly id?: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** Sends one request and reads the reply. */
export type Ask = (method: string, params?: object, meta?: RequestMeta) => Promise<Answered>;

/** What `_meta` of a request of 2026-07-28 has to hold. */
export const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

export function createMeta(changes: Partial<RequestMeta> = {}): RequestMeta {
  return { signal: new AbortController().signal, requestId: 'r1', ...changes };
}

/** Runs a message through the engine, as a transport would. */
export async function send(server: McpServer, message: unknown, meta = createMeta()): Promise<Answered> {
  const reply = await server.engine.handle(message, meta);
  return { status: reply.status, ...(reply.kind === 'message' && (JSON.parse(reply.json) as object)) };
}

export function askModern(server: McpServer): Ask {
  return (method, params, meta) =>
    send(server, { jsonrpc: '2.0', id: 7, method, params: { _meta: envelope, ...params } }, meta);
}

export function askLegacy(server: McpServer): Ask {
  return (method, params = {}, meta) => send(server, { jsonrpc: '2.0', id: 7, method, params }, meta);
}

/** A server with a tool for each way a call can end. `errors`: its log; `hanging`: signals of the tool that never ends. */
export function createEngineFixture(): {
  readonly server: McpServer;
  readonly errors: LogLine[];
  readonly hanging: { begun: (signal: AbortSignal) => void };
} {
  const errors: LogLine[] = [];
  const hanging = { begun: (_signal: AbortSignal): void => {} };
  const drop = (): void => {};
  const log: Log = {
    debug: drop,
    info: drop,
    warn: drop,
    error: (fields, message) => errors.push({ fields, message }),
  };
  const nothing = z.object({});
  const describing = { description: 'For tests.', input: nothing };
  const server = createMcpServer({
    name: 'shop',
    version: '1.2.3',
    instructions: 'Add, then ask.',
    log,
    tools: [
      defineTool({
        name: 'add',
        description: 'Adds two numbers.',
        input: z.object({ a: z.number(), b: z.number().default(1) }),
        output: z.object({ sum: z.number() }),
        annotations: { readOnlyHint: true },
        idempotent: true,
        handler: ({ a, b }) => ({ sum: a + b, secret: 'stripped by the output schema' }),
      }),
      defineTool({ ...describing, name: 'rows', handler: () => [{ type: 'text', id: 1 }] }),
      defineTool({
        ...describing,
        name: 'blocks',
        handler: () => [text('see'), image(new Uint8Array([1, 2]), 'image/png')],
      }),
      defineTool({
        ...describing,
        name: 'key',
        handler: (_args, context) => context.idempotencyKey ?? 'no key',
      }),
      defineTool({
        ...describing,
        name: 'who',
        handler: (_args, context) => context.auth?.fingerprint ?? 'nobody',
      }),
      defineTool({
        ...describing,
        name: 'refuses',
        handler: () => {
          throw new ToolError('Out of stock.', { cause: new Error('row 7') });
        },
      }),
      defineTool({
        ...describing,
        name: 'breaks',
        handler: () => {
          throw new Error('password is hunter2');
        },
      }),
      defineTool({
        ...describing,
        name: 'lies',
        output: z.object({ n: z.number() }),
        handler: () => 'not structured',
      }),
      defineTool({ ...describing, name: 'big', handler: () => ({ n: 1n }) }),
      defineTool({
        ...describing,
        name: 'hangs',
        timeoutMs: 20,
        handler: (_args, { signal }) => {
          hanging.begun(signal);
          return new Promise<string>(() => {});
        },
      }),
      defineTool({
        ...describing,
        name: 'impatient',
        handler: () => {
          throw new DOMException('The operation timed out', 'TimeoutError');
        },
      }),
      defineTool({
        ...describing,
        name: 'waits',
        handler: (_args, { signal }) => {
          hanging.begun(signal);
          return new Promise<string>(() => {});
        },
      }),
    ],
    resources: [
      defineResource({
        uri: 'docs://a',
        name: 'a',
        description: 'A.',
        mimeType: 'text/markdown',
        read: () => '# A',
      }),
      defineResource({
        uri: 'docs://bytes',
        name: 'b',
        description: 'B.',
        read: () => new Uint8Array([1, 2]),
      }),
      defineResource({
        uriTemplate: 'data://{id}',
        name: 'rows',
        description: 'Rows.',
        read: ({ id }) => (id === 'gone' ? undefined : `row ${id}`),
      }),
    ],
  });
  return { server, errors, hanging };
}
