import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definePrompt } from '../definition/define-prompt.ts';
import { serveHttp, type HttpServing } from './serve-http.ts';
import { createGate, type Gate } from './shop.fixture.ts';
import { createTalker } from './talker.fixture.ts';

let gate: Gate;
let server: ReturnType<typeof createTalker>;
let serving: HttpServing;
const answer = () => ({ action: 'accept' as const, content: { name: 'Ada' } });
const capabilities = { elicitation: {} };
const identity = { name: 'test', version: '1' };

beforeEach(async () => {
  gate = createGate();
  gate.open.resolve();
  server = createTalker(gate, {
    prompts: [
      definePrompt({
        name: 'greet',
        description: 'Greets.',
        arguments: { name: { required: true, complete: value => [`${value}da`] } },
        handler: ({ name }) => `Hello ${name}`,
      }),
    ],
  });
  serving = await serveHttp(server, { port: 0, drainMs: 100 });
});
afterEach(() => serving.close());
const url = (): URL => new URL(`${serving.url}/mcp`);

describe('the official client 2.x', () => {
  it.each(['auto', 'legacy'] as const)('is asked, told and served prompts in mode %s', async mode => {
    const client = new Client2(identity, { capabilities, versionNegotiation: { mode } });
    client.setRequestHandler('elicitation/create', answer);
    await client.connect(new Transport2(url()));
    expect(JSON.stringify(await client.callTool({ name: 'elicits' }))).toContain('Ada');
    const progress: number[] = [];
    const onprogress = ({ progress: value }: { progress: number }): void => void progress.push(value);
    await client.callTool({ name: 'progress' }, { onprogress });
    expect(progress).toEqual([1, 2]);
    expect((await client.listPrompts()).prompts).toHaveLength(1);
    expect(await client.getPrompt({ name: 'greet', arguments: { name: 'Ada' } })).toMatchObject({
      messages: [{ content: { text: 'Hello Ada' } }],
    });
    const argument = { name: 'name', value: 'A' };
    const completed = await client.complete({ ref: { type: 'ref/prompt', name: 'greet' }, argument });
    expect(completed.completion.values).toEqual(['Ada']);
    await client.close();
  });

  it('listens', async () => {
    const told = Promise.withResolvers<void>();
    const client = new Client2(identity, {
      versionNegotiation: { mode: 'auto' },
      listChanged: { tools: { debounceMs: 0, onChanged: () => told.resolve() } },
    });
    await client.connect(new Transport2(url()));
    // The subscription opens after the connection does.
    const telling = setInterval(() => server.notify.toolsChanged(), 20);
    await told.promise;
    clearInterval(telling);
    await client.close();
  });
});

describe('the official client 1.x', () => {
  it('is asked and told in a session, and ends it', async () => {
    const client = new Client1(identity, { capabilities });
    client.setRequestHandler(ElicitRequestSchema, answer);
    const updated = Promise.withResolvers<string>();
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) =>
      updated.resolve(params.uri),
    );
    const logged: unknown[] = [];
    client.setNotificationHandler(
      LoggingMessageNotificationSchema,
      ({ params }) => void logged.push(params.data),
    );
    const transport = new Transport1(url());
    await client.connect(transport);
    expect(JSON.stringify(await client.callTool({ name: 'elicits' }))).toContain('Ada');
    await client.setLoggingLevel('info');
    await client.subscribeResource({ uri: 'docs://a' });
    server.notify.resourceUpdated('docs://a');
    expect(await updated.promise).toBe('docs://a');
    expect((await client.getPrompt({ name: 'greet', arguments: { name: 'Ada' } })).messages).toHaveLength(1);
    await transport.terminateSession();
    expect(transport.sessionId).toBeUndefined();
    await client.close();
  });

  it('comes back for an answer whose stream was closed', async () => {
    const client = new Client1(identity);
    await client.connect(new Transport1(url(), { reconnectionOptions: RECONNECT }));
    expect(await client.callTool({ name: 'leaves' })).toMatchObject({ content: [{ text: 'through' }] });
    await client.close();
  });

  it('keeps many sessions apart', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `name-${index}`);
    await Promise.all(
      names.map(async name => {
        const client = new Client1(identity, { capabilities });
        client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name } }));
        await client.connect(new Transport1(url()));
        const answers = await Promise.all([1, 2, 3].map(() => client.callTool({ name: 'elicits' })));
        for (const answered of answers) expect(JSON.stringify(answered)).toContain(`${name}\\`);
        await client.close();
      }),
    );
  });
});

const RECONNECT = {
  initialReconnectionDelay: 10,
  maxReconnectionDelay: 10,
  reconnectionDelayGrowFactor: 1,
  maxRetries: 5,
};
