import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createCall, throughOnly, toResult } from '../call.fixture.ts';
import { createGuards } from '../create-guards.ts';
import { createMetrics } from '../metrics/create-metrics.ts';
import { Visit } from '../visit.ts';
import { createAudit } from './audit.ts';
import { createCallLog } from './call-log.ts';
import { openAuditFile } from './open-audit-file.ts';

interface Line {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

function openLines() {
  const lines: Line[] = [];
  const write = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, ...fields });
  return { lines, log: { info: write('info'), warn: write('warn') } };
}

it('logs each call that ended, with the fields to find it by and without its arguments', async () => {
  const { lines, log } = openLines();
  const call = throughOnly(createCallLog({ log }));
  await call(createCall(), async () => toResult('done'));
  await call(createCall({ name: 'x'.repeat(1000) }), () => ({
    kind: 'failed',
    failure: 'unknown',
    message: 'None.',
  }));
  expect(lines).toEqual([
    {
      level: 'info',
      message: 'Tool invocation completed',
      request_id: 'request-1',
      tool_name: 'send',
      client_ip: '192.0.2.1',
      caller: 'me',
      duration_seconds: expect.any(Number),
    },
    expect.objectContaining({
      level: 'warn',
      tool_name: 'x'.repeat(64),
      error_type: 'unknown',
      error: 'None.',
    }),
  ]);
});

it('logs requests that were refused or failed, and no others', () => {
  const { lines, log } = openLines();
  const { leave } = createCallLog({ log });
  const visit = (): Visit =>
    new Visit({ method: 'POST', path: '/mcp', header: () => undefined, peer: '192.0.2.1', id: 'request-2' });
  leave?.(visit(), 200);
  leave?.(visit(), 404);
  const refused = visit();
  refused.refusal = { status: 401, by: 'auth', detail: 'Invalid token' };
  leave?.(refused, 401);
  leave?.(visit(), 500);
  expect(lines).toEqual([
    {
      level: 'warn',
      message: 'Request refused',
      request_id: 'request-2',
      client_ip: '192.0.2.1',
      caller: undefined,
      method: 'POST',
      path: '/mcp',
      status: 401,
      duration_seconds: expect.any(Number),
      error: 'Invalid token',
      refused_by: 'auth',
    },
    expect.objectContaining({ message: 'Request failed', status: 500 }),
  ]);
});

it('keeps who called what with which arguments, refused calls too, as lines that only the owner reads', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'audit-'));
  const path = join(folder, 'audit.jsonl');
  const { log, lines } = openLines();
  for (const round of [1, 2]) {
    const audit = createAudit({ sink: await openAuditFile({ path, log }), redact: { fields: ['iban'] } });
    await throughOnly(audit)(createCall({ args: { to: 'anna', iban: 'DE00', round } }), async () =>
      toResult('done'),
    );
    await throughOnly(audit)(createCall({ args: {}, caller: undefined }), () => ({
      kind: 'failed',
      failure: 'refused',
      message: 'Too many.',
    }));
    await audit.close?.();
  }
  const kept = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(kept.map(line => JSON.parse(line) as unknown)).toEqual(
    [1, 2].flatMap(round => [
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        request_id: 'request-1',
        caller: 'me',
        credential: 'f',
        client_ip: '192.0.2.1',
        tool_name: 'send',
        idempotency_key: 'key-1',
        status: 'success',
        duration_seconds: expect.any(Number),
        arguments: { to: 'anna', iban: '[redacted]', round },
      },
      expect.objectContaining({ status: 'error', error_type: 'refused', error: 'Too many.', arguments: {} }),
    ]),
  );
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(lines).toEqual([]);
  await rm(folder, { recursive: true });
});

it('tells once that the audit trail cannot be written, and calls go on', async () => {
  const { log, lines } = openLines();
  // A device that is always full.
  const audit = createAudit({ sink: await openAuditFile({ path: '/dev/full', log }) });
  for (let time = 0; time < 3; time += 1) {
    expect(await throughOnly(audit)(createCall(), () => toResult('done'))).toEqual(toResult('done'));
  }
  await audit.close?.();
  expect(lines).toEqual([expect.objectContaining({ path: '/dev/full' })]);
});

it('does not open an audit trail where it cannot be', async () => {
  const { log } = openLines();
  await expect(openAuditFile({ path: '/nowhere/audit.jsonl', log })).rejects.toThrow(/ENOENT/);
});

it('tells everybody the same of a call, however it ended', async () => {
  const { log, lines } = openLines();
  const records: unknown[] = [];
  const metrics = createMetrics({ process: false });
  const guards = createGuards({
    log: createCallLog({ log }),
    audit: createAudit({ sink: { write: json => void records.push(JSON.parse(json)) } }),
    metrics,
  });
  const { call } = guards.arrive({ method: 'POST', path: '/mcp', header: () => undefined, id: 'request-1' });
  await call?.(createCall(), async () => toResult('done'));
  const [line] = lines;
  expect(records).toEqual([expect.objectContaining({ duration_seconds: line?.['duration_seconds'] })]);
  expect(await metrics.text()).toContain('mcp_tool_invocations_total{tool_name="send",status="success"} 1');
});
