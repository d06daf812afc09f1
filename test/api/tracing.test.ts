import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openRestServer, openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { openGate } from './gate.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { mcpTool, modelThatCalls } from './run-turn.ts';
import { eventually } from './shapes.ts';

// What a program of an operator does that is loaded before ours: the real SDK, with spans kept in memory.
const exporter = new InMemorySpanExporter();
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
let api: ApiServer;
const servers: ToolServer[] = [];

beforeAll(async () => {
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  api = await openApiServer();
});
beforeEach(() => exporter.reset());
afterAll(async () => {
  await api?.close();
  await Promise.all(servers.map(server => server.close()));
  trace.disable();
  context.disable();
  propagation.disable();
});

const greet = { name: 'greet', description: 'Greets.', inputSchema: {}, handler: () => 'hello' };

it.each([
  ['MCP', openSdkV2Server, false],
  ['the REST form', openRestServer, true],
])('one trace goes from the request to the tool server: %s', async (_name, openServer, stream) => {
  const server = await openServer({ tools: [greet] });
  servers.push(server);
  const body = { model: modelThatCalls(api, 'greet'), inputs: 'Hi', tools: [mcpTool(server.url)], stream };
  const headers = { traceparent: `00-${TRACE}-${PARENT}-01` };
  expect((await api.send('POST', '/v1/conversations', body, headers)).status).toBe(200);
  const spans = await eventually('the spans', () => {
    const all = exporter.getFinishedSpans();
    return all.some(({ name }) => name.startsWith('POST ')) && all.some(({ name }) => name === 'invoke_agent')
      ? all
      : undefined;
  });
  const named = (name: string): ReadableSpan[] => spans.filter(span => span.name === name);
  const [request] = named('POST /v1/conversations');
  const [run] = named('invoke_agent');
  const models = named(`chat ${body.model}`);
  const [tool] = named('tools/call greet');
  expect(spans.every(span => span.spanContext().traceId === TRACE)).toBe(true);
  expect(request?.parentSpanContext?.spanId).toBe(PARENT);
  expect(run?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
  expect(models).toHaveLength(2);
  for (const span of [...models, tool]) {
    expect(span?.kind).toBe(SpanKind.CLIENT);
    expect(span?.parentSpanContext?.spanId).toBe(run?.spanContext().spanId);
  }
  expect(server.calls.map(({ traceparent }) => traceparent)).toEqual([
    `00-${TRACE}-${tool?.spanContext().spanId}-01`,
  ]);
  expect(request?.attributes).toMatchObject({
    'http.route': '/v1/conversations',
    'http.response.status_code': 200,
  });
  expect(models[0]?.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai-compatible',
    'gen_ai.request.model': body.model,
    'gen_ai.usage.input_tokens': expect.any(Number),
  });
  expect(tool?.attributes).toMatchObject({
    'mcp.method.name': 'tools/call',
    'gen_ai.tool.name': 'greet',
    'server.address': '127.0.0.1',
  });
});

it('ends the span of a request whose caller left', async () => {
  const [asked, gate] = [openGate(), openGate()];
  const model = api.models.answers(async () => {
    asked.open();
    await gate.passed;
    return { text: 'Late' };
  });
  const leaving = new AbortController();
  const answer = fetch(`${api.url}/v1/conversations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, inputs: 'Hi' }),
    signal: leaving.signal,
  }).catch(() => undefined);
  await asked.passed;
  leaving.abort();
  await answer;
  const spanOf = (wanted: string) =>
    eventually(`the span ${wanted}`, () => exporter.getFinishedSpans().find(({ name }) => name === wanted));
  const span = await spanOf('POST /v1/conversations');
  expect(Object.keys(span.attributes)).not.toContain('http.response.status_code');
  gate.open();
  // The run goes on; its spans are no other test's.
  await spanOf('invoke_agent');
});

it('marks what failed, and keeps what callers wrote out of the spans', async () => {
  const broken = { ...greet, handler: () => Promise.reject(new Error('hush')) };
  const server = await openSdkV2Server({ tools: [broken] });
  servers.push(server);
  const body = { model: modelThatCalls(api, 'greet'), inputs: 'A secret', tools: [mcpTool(server.url)] };
  await api.send('POST', '/v1/conversations', body);
  await api.send('POST', '/v1/conversations', { model: api.models.plays(), inputs: 'A secret' });
  const spans = await eventually('the spans', () => {
    const all = exporter.getFinishedSpans();
    return all.filter(({ name }) => name.startsWith('POST ')).length === 2 ? all : undefined;
  });
  const typeOf = (name: RegExp): unknown[] =>
    spans.filter(span => name.test(span.name)).map(({ attributes }) => attributes['error.type']);
  expect(typeOf(/^tools/)).toEqual(['tool_error']);
  expect(typeOf(/^invoke_agent/)).toEqual([undefined, 'model_error']);
  expect(typeOf(/^chat/)).toEqual([undefined, undefined, 'model_error']);
  expect(typeOf(/^POST/)).toEqual([undefined, '502']);
  const told = JSON.stringify(
    spans.map(({ attributes, status, events }) => ({ attributes, status, events })),
  );
  expect(told).not.toMatch(/secret|hush/i);
});
