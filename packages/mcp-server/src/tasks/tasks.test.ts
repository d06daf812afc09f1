import { afterEach, describe, expect, test, vi } from 'vitest';
import { askLegacy, createMeta, envelope, send } from '../engine/engine.fixture.ts';
import { openTestClient } from '../testing/open-test-client.ts';
import { createMemoryTaskStore } from './memory-task-store.ts';
import { callTool, createTaskFixture, startTask, untilStatus } from './tasks.fixture.ts';

const REQUIRED = { requiredCapabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } } };
const UNKNOWN = { rpcCode: -32602 };

afterEach(() => {
  vi.useRealTimers();
});

describe('a call that becomes a task', () => {
  test('gives an id at once and the result of the call later', async () => {
    const { open, seen } = createTaskFixture({ timeoutMs: 2000, ttlMs: 3000, pollIntervalMs: 250 });
    await using client = await open();

    const created = await callTool(client, 'add', { a: 1, b: 2 });
    expect(created).toMatchObject({
      resultType: 'task',
      status: 'working',
      ttlMs: 5000,
      pollIntervalMs: 250,
    });
    expect(created).not.toHaveProperty('result');
    const task = await untilStatus(client, String(created['taskId']), 'completed');

    expect(seen.taskIds).toEqual([created['taskId']]);
    expect(task).toMatchObject({ resultType: 'complete', result: { structuredContent: { sum: 3 } } });
    expect(task).not.toHaveProperty('statusMessage');
    expect(task['ttlMs']).toBe(5000);
  });

  test('is answered at once when its arguments are wrong, or it may not begin', async () => {
    const { server, open } = createTaskFixture();
    await using client = await open();
    expect(await callTool(client, 'add', { a: 1 })).toMatchObject({ resultType: 'complete', isError: true });

    const _meta = {
      ...envelope,
      'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
      'io.modelcontextprotocol/clientInfo': { name: 'intruder', version: '1' },
    };
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'ask', _meta } };
    const { result } = await send(server, message);
    expect(result).toMatchObject({ isError: true, content: [{ text: 'Not you.' }] });
  });

  test('completes with what the tool says of its failure, and fails when it breaks', async () => {
    const { open, errors } = createTaskFixture();
    await using client = await open();

    const failed = await untilStatus(client, await startTask(client, 'fail'), 'completed');
    expect(failed['result']).toMatchObject({ isError: true, content: [{ text: 'Out of paper.' }] });
    const broken = await untilStatus(client, await startTask(client, 'break'), 'failed');
    expect(broken).toMatchObject({ error: { code: -32603 } });
    expect(broken).not.toHaveProperty('result');
    expect(JSON.stringify(broken)).not.toContain('hunter2');
    expect(errors).toContain('Tool "break" failed.');
  });

  test('shows how far it is, and stops when it is cancelled', async () => {
    const { open, seen } = createTaskFixture();
    await using client = await open();
    const taskId = await startTask(client, 'wait');
    const signal = await seen.begun.promise;
    await vi.waitFor(async () =>
      expect(await client.request('tasks/get', { taskId })).toMatchObject({
        status: 'working',
        statusMessage: 'Waiting (3 of 10)',
      }),
    );

    expect(Object.keys(await client.request('tasks/cancel', { taskId }))).toEqual(['resultType', '_meta']);
    await untilStatus(client, taskId, 'cancelled');
    expect(signal.aborted).toBe(true);
    await client.request('tasks/cancel', { taskId });
    await untilStatus(client, taskId, 'cancelled');
  });

  test('asks through the task, and takes each answer once', async () => {
    const { open } = createTaskFixture();
    await using client = await open();
    const taskId = await startTask(client, 'ask');
    const { inputRequests } = await untilStatus(client, taskId, 'input_required');
    expect(inputRequests).toMatchObject({ age: { method: 'elicitation/create' } });

    const answer = { action: 'accept', content: { age: 41 } };
    await client.request('tasks/update', { taskId, inputResponses: { other: answer, constructor: answer } });
    await untilStatus(client, taskId, 'input_required');
    await client.request('tasks/update', { taskId, inputResponses: { age: answer } });
    const done = await untilStatus(client, taskId, 'completed');
    expect(done['result']).toMatchObject({ content: [{ text: '41 and 41' }] });
    await client.request('tasks/update', { taskId, inputResponses: { age: answer } });
    await expect(
      client.request('tasks/update', { taskId, inputResponses: { age: 1 } }),
    ).rejects.toMatchObject(UNKNOWN);
  });

  test('asks again under another key, and hands the answer over under the first', async () => {
    const { open } = createTaskFixture();
    await using client = await open();
    const taskId = await startTask(client, 'rounds');
    for (const [key, name] of [
      ['name', 'Ann'],
      ['name-2', 'Bob'],
    ] as const) {
      const { inputRequests } = await vi.waitFor(async () => {
        const task = await untilStatus(client, taskId, 'input_required');
        expect(task['inputRequests']).toHaveProperty([key]);
        return task;
      });
      expect(Object.keys(inputRequests ?? {})).toEqual([key]);
      const inputResponses = { [key]: { action: 'accept', content: { name } } };
      await client.request('tasks/update', { taskId, inputResponses });
    }
    const { result } = await untilStatus(client, taskId, 'completed');
    expect(JSON.stringify(result)).toMatch(/Ann.*Bob/);
  });

  test('fails when it has to ask what the client cannot answer', async () => {
    const { server } = createTaskFixture();
    const capabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
    await using client = await openTestClient(server, { capabilities });
    const { error } = await untilStatus(client, await startTask(client, 'ask'), 'failed');
    expect(error).toMatchObject({ code: -32021, data: { requiredCapabilities: { elicitation: {} } } });
  });

  test('fails when an answer is not one to its question', async () => {
    const { open } = createTaskFixture();
    await using client = await open();
    const taskId = await startTask(client, 'ask');
    await untilStatus(client, taskId, 'input_required');
    const inputResponses = { age: { action: 'accept', content: { age: 'old' } } };
    await client.request('tasks/update', { taskId, inputResponses });
    expect(await untilStatus(client, taskId, 'failed')).toMatchObject({ error: { code: -32602 } });
  });
});

describe('a client that did not declare the extension', () => {
  test('waits for the result, or is refused', async () => {
    const { server, seen } = createTaskFixture();
    await using client = await openTestClient(server);
    expect(await callTool(client, 'add', { a: 1, b: 2 })).toMatchObject({ structuredContent: { sum: 3 } });
    expect(seen.taskIds).toEqual([undefined]);
    await expect(callTool(client, 'fail')).rejects.toMatchObject({ rpcCode: -32021, data: REQUIRED });
    await expect(client.request('tasks/get', { taskId: 'x' })).rejects.toMatchObject({ data: REQUIRED });
    const listening = client.request('subscriptions/listen', { notifications: { taskIds: ['x'] } });
    await expect(listening).rejects.toMatchObject({ rpcCode: -32021, data: REQUIRED });
  });

  test('of 2025 reads why it cannot call the tool', async () => {
    const { server } = createTaskFixture();
    const { result } = await askLegacy(server)('tools/call', { name: 'fail' }, createMeta());
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('task only') }],
    });
  });
});

describe('a task', () => {
  test('is there for its owner only', async () => {
    const { open, seen } = createTaskFixture();
    await using ann = await open('ann');
    await using bob = await open('bob');
    const taskId = await startTask(ann, 'wait');
    const signal = await seen.begun.promise;

    await expect(bob.request('tasks/get', { taskId })).rejects.toMatchObject(UNKNOWN);
    await expect(bob.request('tasks/cancel', { taskId })).rejects.toMatchObject(UNKNOWN);
    const inputResponses = {};
    await expect(bob.request('tasks/update', { taskId, inputResponses })).rejects.toMatchObject(UNKNOWN);
    expect(signal.aborted).toBe(false);
    void bob.request('subscriptions/listen', { notifications: { taskIds: [taskId] } }).catch(() => {});
    const { params } = await bob.nextNotification('notifications/subscriptions/acknowledged');
    expect(params['notifications']).toEqual({ taskIds: [] });
    await ann.request('tasks/cancel', { taskId });
  });

  test('is forgotten when its time is over', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { open } = createTaskFixture({ timeoutMs: 500, ttlMs: 500 });
    await using client = await open();
    const taskId = await startTask(client, 'add', { a: 1, b: 2 });
    const { ttlMs } = await untilStatus(client, taskId, 'completed');
    vi.setSystemTime(Date.now() + Number(ttlMs) - 1);
    await untilStatus(client, taskId, 'completed');
    vi.setSystemTime(Date.now() + 1);
    await expect(client.request('tasks/get', { taskId })).rejects.toMatchObject(UNKNOWN);
  });

  test('that takes too long is stopped, and says so', async () => {
    const { open, seen } = createTaskFixture({ timeoutMs: 20 });
    await using client = await open();
    for (const name of ['wait', 'rounds', 'ask']) {
      const { result } = await untilStatus(client, await startTask(client, name), 'completed');
      const content = [{ text: `Tool "${name}" timed out after 0.02 s. Try again, or ask for less.` }];
      expect(result).toMatchObject({ isError: true, content });
    }
    expect((await seen.begun.promise).aborted).toBe(true);
  });

  test('is told of to who listens, from as it is to its end', async () => {
    const { open, seen } = createTaskFixture();
    await using client = await open();
    const taskId = await startTask(client, 'wait');
    await seen.begun.promise;
    void client
      .request('subscriptions/listen', { notifications: { taskIds: [taskId, 'no task'] } })
      .catch(() => {});
    const { params } = await client.nextNotification('notifications/subscriptions/acknowledged');
    expect(params['notifications']).toEqual({ taskIds: [taskId] });
    const first = await client.nextNotification('notifications/tasks');
    expect(first.params).toMatchObject({ taskId, status: 'working' });
    await client.request('tasks/cancel', { taskId });
    let last = first;
    while (last.params['status'] === 'working') last = await client.nextNotification('notifications/tasks');
    expect(last.params).toMatchObject({ taskId, status: 'cancelled' });
  });

  test('ends as failed when the server closes, which takes no more', async () => {
    const { server, open, seen } = createTaskFixture();
    await using client = await open();
    const taskId = await startTask(client, 'wait');
    const signal = await seen.begun.promise;
    await server.close();
    expect(signal.aborted).toBe(true);
    const { error } = await untilStatus(client, taskId, 'failed');
    expect(error).toMatchObject({ message: expect.stringContaining('server stopped') });
    await expect(callTool(client, 'wait')).rejects.toThrow('stopping');
  });
});

describe('bounds', () => {
  test('so many run at once, in all and for one caller', async () => {
    const { server, open } = createTaskFixture({ maxRunning: 3, maxRunningPerCaller: 2 });
    await using ann = await open('ann');
    await using bob = await open('bob');
    await startTask(ann, 'wait');
    const second = await startTask(ann, 'wait');
    await expect(callTool(ann, 'wait')).rejects.toThrow('Too many tasks');
    await startTask(bob, 'wait');
    await expect(callTool(bob, 'wait')).rejects.toThrow('Too many tasks');
    await ann.request('tasks/cancel', { taskId: second });
    await vi.waitFor(() => startTask(bob, 'wait'));
    await server.close();
  });

  test('so many are kept; expired ones make room', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { open } = createTaskFixture({
      store: createMemoryTaskStore({ maxTasks: 2 }),
      timeoutMs: 500,
      ttlMs: 500,
    });
    await using client = await open();
    for (const a of [1, 2]) {
      await untilStatus(client, await startTask(client, 'add', { a, b: 0 }), 'completed');
    }
    await expect(callTool(client, 'add', { a: 3, b: 0 })).rejects.toThrow('2 tasks are kept already');
    vi.setSystemTime(Date.now() + 10_000);
    await untilStatus(client, await startTask(client, 'add', { a: 3, b: 0 }), 'completed');
  });

  test('limits that cannot be are refused', () => {
    for (const tasks of [{ ttlMs: 0 }, { ttlMs: 2 ** 31 }, { maxRunning: 1.5 }, { pollIntervalMs: -1 }]) {
      expect(() => createTaskFixture(tasks)).toThrow(/tasks\.\w+ is/);
    }
  });
});
