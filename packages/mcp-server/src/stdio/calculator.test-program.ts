import * as z from 'zod';
import { defineResource, defineTool, createMcpServer } from '../index.ts';
import { serveStdio } from './serve-stdio.ts';

// A program for the tests: a server over stdio, started as a client would start it.

const add = defineTool({
  name: 'add',
  description: 'Adds two numbers.',
  input: z.object({ a: z.number().describe('First.'), b: z.number().describe('Second.') }),
  output: z.object({ sum: z.number() }),
  handler: ({ a, b }) => {
    // A careless handler: it must not reach the client's stream.
    process.stdout.write('adding\n');
    return { sum: a + b };
  },
});
const hang = defineTool({
  name: 'hang',
  description: 'Waits until it is cancelled.',
  input: z.object({}),
  handler: (_args, { signal }) =>
    new Promise<string>(resolve =>
      signal.addEventListener('abort', () => {
        process.stderr.write('hang was aborted\n');
        resolve('stopped');
      }),
    ),
});
const late = defineTool({
  name: 'late',
  description: 'Answers when stdin has ended.',
  input: z.object({}),
  handler: () =>
    new Promise<string>(resolve => process.stdin.once('end', () => setImmediate(resolve, 'late'))),
});
const guide = defineResource({
  uri: 'docs://guide',
  name: 'guide',
  description: 'How to add.',
  read: () => 'Add.',
});

serveStdio(
  createMcpServer({
    name: 'calculator',
    version: '1.0.0',
    design: false,
    tools: [add, hang, late],
    resources: [guide],
  }),
  { maxMessageBytes: 100_000, drainMs: 500 },
);
