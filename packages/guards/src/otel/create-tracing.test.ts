import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { createCall, toResult, WRITE } from '../call.fixture.ts';
import { createTracing } from './create-tracing.ts';

const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
const tracing = createTracing({ tracerProvider });
const tracer = tracerProvider.getTracer('test');

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const IN_META = `00-${TRACE}-00f067aa0ba902b7-01`;
const IN_HEADER = `00-${TRACE}-00000000000000aa-01`;

beforeEach(() => exporter.reset());
afterAll(() => {
  context.disable();
  propagation.disable();
});

it('makes a span by the conventions, below the one in _meta, and runs the tool inside it', async () => {
  const call = createCall({
    meta: { traceparent: IN_META },
    header: name => (name === 'traceparent' ? IN_HEADER : undefined),
  });
  await tracing.call?.(call, async () => {
    tracer.startSpan('inside').end();
    return toResult('done');
  });
  const [inside, span] = exporter.getFinishedSpans();
  expect(span?.name).toBe('tools/call send');
  expect(span?.spanContext().traceId).toBe(TRACE);
  expect(span?.parentSpanContext?.spanId).toBe('00f067aa0ba902b7');
  expect(inside?.parentSpanContext?.spanId).toBe(span?.spanContext().spanId);
  expect(span?.attributes).toEqual({
    'mcp.method.name': 'tools/call',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'send',
    'network.transport': 'tcp',
    'client.address': '192.0.2.1',
    'tramontane.request_id': 'request-1',
  });
  expect(span?.status.code).toBe(0);
});

it('takes the headers where _meta has nothing, and nothing where neither has', async () => {
  await tracing.call?.(createCall({ header: name => (name === 'traceparent' ? IN_HEADER : undefined) }), () =>
    toResult(''),
  );
  await tracing.call?.(createCall({ meta: { traceparent: 'nonsense' } }), () => toResult(''));
  const [byHeader, alone] = exporter.getFinishedSpans();
  expect(byHeader?.parentSpanContext?.spanId).toBe('00000000000000aa');
  expect(alone?.parentSpanContext).toBeUndefined();
});

it('links the span around it when the caller has one of its own', async () => {
  await tracer.startActiveSpan('http', async http => {
    await tracing.call?.(createCall({ meta: { traceparent: IN_META } }), () => toResult(''));
    await tracing.call?.(createCall(), () => toResult(''));
    const [linked, below] = exporter.getFinishedSpans();
    expect(linked?.links.map(link => link.context.spanId)).toEqual([http.spanContext().spanId]);
    expect(below?.parentSpanContext?.spanId).toBe(http.spanContext().spanId);
    expect(below?.links).toEqual([]);
    http.end();
  });
});

it('tells what failed, and does not name a tool that a caller made up', async () => {
  await tracing.call?.(createCall(), () => ({ kind: 'failed', failure: 'timed_out', message: 'too late' }));
  await tracing.call?.(createCall({ tool: undefined }), () => ({
    kind: 'failed',
    failure: 'unknown',
    message: 'no',
  }));
  await tracing.call?.(createCall(), () => ({
    kind: 'result',
    result: { content: [{ type: 'text', text: 'no such customer' }], isError: true },
  }));
  const [late, unknown, failed] = exporter.getFinishedSpans();
  expect(late?.attributes['error.type']).toBe('timed_out');
  expect(late?.status).toEqual({ code: 2, message: 'too late' });
  expect(unknown?.name).toBe('tools/call');
  expect(failed?.attributes['error.type']).toBe('tool_error');
  expect(failed?.status.message).toBe('no such customer');
});

it('shows arguments only when it is asked to, redacted', async () => {
  const call = createCall({ args: { to: 'anna', password: 'hush' }, tool: WRITE });
  await tracing.call?.(call, () => toResult(''));
  await createTracing({ tracerProvider, arguments: {} }).call?.(call, () => toResult(''));
  const [without, shown] = exporter.getFinishedSpans();
  expect(without?.attributes).not.toHaveProperty('gen_ai.tool.call.arguments');
  expect(shown?.attributes['gen_ai.tool.call.arguments']).toBe('{"to":"anna","password":"[redacted]"}');
});

it('does nothing without an SDK', async () => {
  expect(trace.getTracerProvider().getTracer('x').startSpan('x').isRecording()).toBe(false);
  expect(await createTracing().call?.(createCall(), () => toResult('done'))).toEqual(toResult('done'));
});
