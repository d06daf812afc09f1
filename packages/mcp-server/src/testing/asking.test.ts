import { PassThrough } from 'node:stream';
import { Client as Client2, type Transport } from '@modelcontextprotocol/client';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { openMessageConnection } from '../duplex/message-connection.ts';
import { defineResource } from '../definition/define-resource.ts';
import { defineTool } from '../definition/define-tool.ts';
import { createMcpServer, type McpServer } from '../server.ts';
import { serveStdio } from '../stdio/serve-stdio.ts';
import { openTestClient } from './index.ts';

function createAsker(): McpServer {
  const nothing = z.object({});
  return createMcpServer({
    name: 'asker',
    version: '1.0.0',
    design: false,
    tools: [
      defineTool({
        name: 'greet',
        description: 'Asks for a name and greets.',
        input: nothing,
        handler: async (_args, { elicit, progress }) => {
          const answer = await elicit({ message: 'Who?', schema: z.object({ name: z.string() }) });
          progress(1, 2, 'asked');
          return answer.action === 'accept' ? `Hello, ${answer.content.name}!` : answer.action;
        },
      }),
      defineTool({
        name: 'think',
        description: 'Lets the model of the client think.',
        input: nothing,
        handler: async (_args, { sample, listRoots }) => {
          const messages = [{ role: 'user', content: { type: 'text', text: 'capital?' } }] as const;
          const [thought, roots] = await Promise.all([sample({ messages, maxTokens: 10 }), listRoots()]);
          return `${JSON.stringify(thought.content)} in ${roots[0]?.uri}`;
        },
      }),
    ],
    resources: [defineResource({ uri: 'docs://a', name: 'a', description: 'A.', read: () => 'A' })],
  });
}

describe.each(['2026-07-28', '2025-11-25'] as const)('a server that asks, in %s', era => {
  it('gets its answers', async () => {
    const asked: string[] = [];
    await using client = await openTestClient(createAsker(), {
      era,
      answer: ({ method }) => {
        asked.push(method);
        if (method === 'elicitation/create') return { action: 'accept', content: { name: 'Ann' } };
        if (method === 'roots/list') return { roots: [{ uri: 'file:///work' }] };
        return { role: 'assistant', model: 'm', content: { type: 'text', text: 'Paris' } };
      },
    });
    const greeted = await client.callTool('greet', {}, { meta: { progressToken: 7 } });
    expect(greeted.text).toBe('Hello, Ann!');
    expect(await client.nextNotification('notifications/progress')).toMatchObject({
      params: { progressToken: 7, progress: 1, total: 2, message: 'asked' },
    });
    expect((await client.callTool('think')).text).toContain('Paris');
    expect(asked.sort((a, b) => a.localeCompare(b))).toEqual([
      'elicitation/create',
      'roots/list',
      'sampling/createMessage',
    ]);
  });

  it('is told when its client cannot', async () => {
    await using client = await openTestClient(createAsker(), { era });
    const refused = await client.callTool('greet').catch((error: unknown) => error);
    expect(JSON.stringify(refused) + String(refused)).toMatch(/elicitation/);
  });
});

it('tells a client that listens what has changed', async () => {
  const server = createAsker();
  await using client = await openTestClient(server);
  const stop = new AbortController();
  const listening = client
    .request(
      'subscriptions/listen',
      { notifications: { resourcesListChanged: true } },
      { signal: stop.signal },
    )
    .catch((error: unknown) => error);
  await client.nextNotification('notifications/subscriptions/acknowledged');
  server.update({ resources: [] });
  await client.nextNotification('notifications/resources/list_changed');
  stop.abort(new Error('heard enough'));
  expect(await listening).toEqual(new Error('heard enough'));
});

describe('the official clients answer what a connection asks', () => {
  it('1.x, in a session', async () => {
    const [theirs, ours] = InMemoryTransport.createLinkedPair();
    const connection = openMessageConnection(createAsker(), {
      send: json => void ours.send(JSON.parse(json) as never),
    });
    Object.assign(ours, { onmessage: (message: object) => connection.receive(JSON.stringify(message)) });
    await ours.start();
    const client = new Client1({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Bob' } }));
    await client.connect(theirs);
    expect(await client.callTool({ name: 'greet', arguments: {} })).toMatchObject({
      content: [{ text: 'Hello, Bob!' }],
    });
    await client.close();
    connection.close();
  });

  it('2.x, by calling again', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const serving = serveStdio(createAsker(), { input, output });
    const client = new Client2(
      { name: 'test', version: '1' },
      { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Eve' } }));
    await client.connect(toTransport(input, output));
    expect(await client.callTool({ name: 'greet', arguments: {} })).toMatchObject({
      content: [{ text: 'Hello, Eve!' }],
    });
    await client.close();
    await serving.close();
  });
});

/** Lines on a pair of streams, as a transport of the official client. */
function toTransport(input: PassThrough, output: PassThrough): Transport {
  const transport: Transport = {
    start: async () => {
      let kept = '';
      output.on('data', chunk => {
        const lines = (kept + String(chunk)).split('\n');
        kept = lines.pop() ?? '';
        for (const line of lines) transport.onmessage?.(JSON.parse(line));
      });
    },
    send: async message => void input.write(`${JSON.stringify(message)}\n`),
    close: async () => transport.onclose?.(),
  };
  return transport;
}
