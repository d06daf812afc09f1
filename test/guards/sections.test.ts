import { setTimeout as delay } from 'node:timers/promises';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { createGuards, openOverloadGuard, type GuardsOptions } from '@tramontane/guards';
import { createTracing } from '@tramontane/guards/otel';
import { createMcpServer, defineTool, serveHttp, type ServeHttpOptions } from '@tramontane/mcp-server';
import { expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';

// Guards that are about a server as a whole: each is asked the same with and without it.

const wait = defineTool({
  name: 'wait',
  description: 'Waits for as many milliseconds as it is told, and says so afterwards.',
  input: z.object({ ms: z.number() }),
  annotations: { readOnlyHint: true },
  timeoutMs: 200,
  handler: async ({ ms }, { signal }) => {
    await delay(ms, undefined, { signal });
    return 'waited';
  },
});

async function open(options: GuardsOptions = {}, more: Partial<ServeHttpOptions> = {}) {
  const guards = createGuards(options);
  const server = createMcpServer({ name: 'guarded', version: '1.0.0', tools: [wait] });
  const serving = await serveHttp(server, { port: 0, guards, ...more });
  onTestFinished(async () => {
    await serving.close();
    await guards.close();
  });
  return async (ms: number, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${serving.url}/mcp/v1/tools/invoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ name: 'wait', arguments: { ms } }),
    });
    return { status: response.status, text: await response.text() };
  };
}

it('network: who is not on the list is refused', async () => {
  expect((await (await open())(0)).status).toBe(200);
  const refused = await (await open({ network: { allow: ['192.0.2.0/24'] } }))(0);
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('are not allowed here')]);
});

it('Host and Origin: pages of others are refused unless they are allowed', async () => {
  const origin = 'https://other.example';
  const call = await open();
  expect((await call(0)).status).toBe(200);
  expect((await call(0, { origin })).status).toBe(403);
  expect((await (await open({}, { allowedOrigins: [origin] }))(0, { origin })).status).toBe(200);
});

it('overload: one more than may be in flight is refused at once', async () => {
  const statuses = async (call: Awaited<ReturnType<typeof open>>) =>
    new Set((await Promise.all([call(50), call(50)])).map(({ status }) => status));
  expect(await statuses(await open())).toEqual(new Set([200]));
  expect(await statuses(await open({ overload: openOverloadGuard({ maxInFlight: 1 }) }))).toEqual(
    new Set([200, 503]),
  );
});

it('tracing: a call is a span', async () => {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  await (
    await open()
  )(0);
  expect(exporter.getFinishedSpans()).toEqual([]);
  await (
    await open({ tracing: createTracing({ tracerProvider }) })
  )(0);
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['tools/call wait']);
});

it('time of a tool: its work is stopped', async () => {
  expect((await (await open())(1_000)).text).toContain('timed out after 0.2 s');
});

it('a stopping server is not ready', async () => {
  const server = createMcpServer({ name: 'guarded', version: '1.0.0', tools: [wait] });
  const serving = await serveHttp(server, { port: 0, noticeMs: 500 });
  const ready = async () => (await fetch(`${serving.url}/health/ready`)).status;
  expect(await ready()).toBe(200);
  const closed = serving.close();
  expect(await ready()).toBe(503);
  await closed;
});
