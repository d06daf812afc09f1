import { expect, it } from 'vitest';
import { createGuards, type Guard } from '@tramontane/guards';
import { callTool, createTaskFixture, startTask, untilStatus } from './tasks.fixture.ts';

function open(guard: Guard) {
  return createGuards({ limits: guard });
}

it('guards are around a task until it has ended, and may change what it brought', async () => {
  const ends: string[] = [];
  const guards = open({
    call: async (_call, next) => {
      const outcome = await next();
      ends.push(outcome.kind);
      return outcome.kind === 'result'
        ? { kind: 'result', result: { content: [{ type: 'text', text: 'cut' }] } }
        : outcome;
    },
  });
  const fixture = createTaskFixture();
  await using client = await fixture.open('ada', guards);
  const added = await startTask(client, 'add', { a: 1, b: 2 });
  expect(await untilStatus(client, added, 'completed')).toMatchObject({
    result: { content: [{ text: 'cut' }] },
  });
  expect(ends).toEqual(['result']);
  const waiting = await startTask(client, 'wait');
  expect(ends).toHaveLength(1);
  await client.request('tasks/cancel', { taskId: waiting });
  await fixture.server.close();
  expect(ends).toEqual(['result', 'failed']);
});

it('a call that guards refuse becomes no task', async () => {
  const guards = open({ call: () => ({ kind: 'failed', failure: 'refused', message: 'Too many.' }) });
  const fixture = createTaskFixture();
  await using client = await fixture.open('ada', guards);
  expect(await callTool(client, 'add', { a: 1, b: 2 })).toMatchObject({
    isError: true,
    content: [{ text: 'Too many.' }],
  });
  expect(fixture.seen.taskIds).toEqual([]);
});
