import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const PROGRAM = fileURLToPath(new URL('draining.test-program.ts', import.meta.url));
const CALL = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ name: 'slow', arguments: {} }),
};

it('a process that is told to stop under load loses no call', async () => {
  const child = spawn(process.execPath, ['--conditions=@tramontane/source', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const [url] = (await once(lines, 'line')) as [string];
  const exited = once(child, 'exit');
  const last = once(lines, 'line');

  // What a load balancer does: it sends until it is told that the process is not ready any more.
  const balancer = new AbortController();
  const statuses: number[] = [];
  const load = Array.from({ length: 8 }, async () => {
    while (!balancer.signal.aborted) {
      const response = await fetch(`${url}/mcp/v1/tools/invoke`, CALL);
      statuses.push(response.status);
      await response.text();
    }
  });
  const watch = async (): Promise<unknown> => {
    for (;;) {
      const response = await fetch(`${url}/health/ready`);
      const body: unknown = await response.json();
      if (response.status !== 200) return [response.status, body];
      if (statuses.length > 50 && !child.killed) child.kill('SIGTERM');
      await delay(5);
    }
  };
  expect(await watch()).toEqual([503, { detail: 'Not ready' }]);
  // Still there, until those who send have noticed.
  expect((await fetch(`${url}/health`)).status).toBe(200);
  balancer.abort();
  await Promise.all(load);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(statuses.length).toBeGreaterThan(50);
  expect(await last).toEqual(['closed']);
  expect(await exited).toEqual([0, null]);
});
