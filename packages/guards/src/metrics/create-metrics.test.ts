import { describe, expect, it } from 'vitest';
import { createCall, throughOnly, toResult, WRITE } from '../call.fixture.ts';
import { Visit } from '../visit.ts';
import { createMetrics } from './create-metrics.ts';

function createVisit(changes: { peer?: string; authorization?: string } = {}): Visit {
  const { peer = '192.0.2.1', authorization } = changes;
  const header = (name: string) => (name === 'authorization' ? authorization : undefined);
  return new Visit({ method: 'GET', path: '/metrics', header, peer, id: 'request-1' });
}

const linesOf = (text: string, name: string): string[] =>
  text.split('\n').filter(line => line.startsWith(name) && !line.startsWith('#'));

describe('createMetrics', () => {
  it('counts calls by tool and by how they ended, with their duration', async () => {
    const metrics = createMetrics({ process: false });
    const call = throughOnly(metrics);
    await call(createCall(), async () => toResult('done'));
    await call(createCall(), () => toResult('done'));
    await call(createCall(), () => ({ kind: 'failed', failure: 'timed_out', message: 'Late.' }));
    await call(createCall(), () => ({ kind: 'result', result: { content: [], isError: true } }));
    await call(createCall({ tool: undefined, name: 'made up' }), () => ({
      kind: 'failed',
      failure: 'unknown',
      message: 'None.',
    }));
    const gate = Promise.withResolvers<ReturnType<typeof toResult>>();
    const waiting = call(createCall({ tool: { ...WRITE, name: 'slow' } }), () => gate.promise);
    const text = await metrics.text();
    expect(linesOf(text, 'mcp_tool_invocations_total')).toEqual([
      'mcp_tool_invocations_total{tool_name="send",status="success"} 2',
      'mcp_tool_invocations_total{tool_name="send",status="error"} 2',
      'mcp_tool_invocations_total{tool_name="unknown",status="error"} 1',
    ]);
    expect(text).toContain('mcp_tool_duration_seconds_count{tool_name="send"} 4');
    expect(text).toContain('mcp_tool_invocations_running 1');
    expect(text).toContain('mcp_tool_failures_total{tool_name="send",error_type="timed_out"} 1');
    expect(text).toContain('mcp_tool_failures_total{tool_name="send",error_type="tool_error"} 1');
    expect(text).not.toContain('made up');
    gate.resolve(toResult('done'));
    await waiting;
    expect(await metrics.text()).toContain('mcp_tool_invocations_running 0');
  });

  it('counts requests by status, and the refused ones by guard', async () => {
    const metrics = createMetrics({ process: false });
    metrics.leave?.(createVisit(), 200);
    const refused = createVisit();
    refused.refusal = { status: 401, by: 'auth', detail: 'No.' };
    metrics.leave?.(refused, 401);
    const text = await metrics.text();
    expect(text).toContain('mcp_http_requests_total{status="200"} 1');
    expect(text).toContain('mcp_http_requests_total{status="401"} 1');
    expect(text).toContain('mcp_refused_requests_total{by="auth"} 1');
  });

  it('keeps servers of one process apart, and tells of the process itself', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    await throughOnly(one)(createCall(), () => toResult('done'));
    expect(await one.text()).toContain('process_resident_memory_bytes');
    expect(linesOf(await other.text(), 'mcp_tool_invocations_total')).toEqual([]);
  });

  it('tells whether rates are shared', async () => {
    let shared = true;
    const metrics = createMetrics({ process: false, rateStore: { shared: () => shared } });
    expect(await metrics.text()).toContain('mcp_rate_store_shared 1');
    shared = false;
    expect(await metrics.text()).toContain('mcp_rate_store_shared 0');
  });
});

describe('the path of the metrics', () => {
  const statusOf = async (visit: Visit, token?: string): Promise<number | undefined> => {
    const [route] = createMetrics({ process: false, ...(token !== undefined && { token }) }).routes ?? [];
    return (await route?.answer(visit))?.status;
  };

  it('answers known callers and this machine, nobody else', async () => {
    expect(await statusOf(createVisit())).toBe(403);
    expect(await statusOf(createVisit({ peer: '127.0.0.1' }))).toBe(200);
    expect(await statusOf(createVisit({ peer: '::1' }))).toBe(200);
    expect(await statusOf(createVisit({ peer: '::ffff:127.0.0.1' }))).toBe(200);
    const known = createVisit();
    known.caller = { subject: 'me', fingerprint: 'f' };
    expect(await statusOf(known)).toBe(200);
  });

  it('with a token of its own answers to it, from everywhere', async () => {
    expect(await statusOf(createVisit({ authorization: 'Bearer scrape' }), 'scrape')).toBe(200);
    for (const authorization of [undefined, 'scrape', 'Bearer scrapes', 'Bearer ']) {
      const visit = createVisit({ peer: '127.0.0.1', ...(authorization !== undefined && { authorization }) });
      expect(await statusOf(visit, 'scrape')).toBe(401);
    }
  });

  it('can be left out', () => {
    expect(createMetrics({ process: false, path: false }).routes).toEqual([]);
  });
});
