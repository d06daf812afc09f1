import { expect, it } from 'vitest';
import { createLineLog, withFields } from './log.ts';

it('writes warnings and errors as JSON lines, causes included', () => {
  const lines: Record<string, unknown>[] = [];
  const out = { write: (line: string) => lines.push(JSON.parse(line) as never) };
  const log = withFields(createLineLog(out), { requestId: 'r1' });
  log.debug({}, 'not this');
  log.info({}, 'nor this');
  log.warn({ tool: 'add' }, 'careful');
  log.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
  expect(lines).toEqual([
    { level: 'warn', time: expect.any(String), msg: 'careful', requestId: 'r1', tool: 'add' },
    {
      level: 'error',
      time: expect.any(String),
      msg: 'failed',
      requestId: 'r1',
      err: {
        message: 'outer',
        stack: expect.stringContaining('outer'),
        cause: { message: 'inner', stack: expect.stringContaining('inner') },
      },
    },
  ]);
});

it('writes a line whatever its fields are', () => {
  const lines: string[] = [];
  createLineLog({ write: (line: string) => lines.push(line) }).error({ n: 1n }, 'counted');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', msg: 'counted' });
});
