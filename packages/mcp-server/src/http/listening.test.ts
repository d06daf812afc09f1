import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { nextEvent, readEvents } from './talker.fixture.ts';

const STREAMS = 1000;
const MEGABYTE = 1024 * 1024;

const body = (id: number): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'subscriptions/listen',
    params: {
      notifications: { toolsListChanged: true },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  });

it('1,000 open subscriptions cost less than 100 MB, and all are told', async () => {
  const program = new URL('listening.test-program.ts', import.meta.url);
  const child = fork(program, { execArgv: ['--conditions=@tramontane/source', '--expose-gc'] });
  const ask = async <Answer>(message?: string): Promise<Answer> => {
    const answer = once(child, 'message');
    if (message !== undefined) child.send(message);
    return (await answer)[0] as Answer;
  };
  try {
    const { url } = await ask<{ url: string }>();
    const before = (await ask<{ rss: number }>('memory')).rss;
    const headers = {
      'content-type': 'application/json',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
    };
    const streams = await Promise.all(
      Array.from({ length: STREAMS }, async (_, id) => {
        const response = await fetch(`${url}/mcp`, { method: 'POST', headers, body: body(id) });
        const events = readEvents(response);
        expect((await nextEvent(events))?.data).toContain('acknowledged');
        return events;
      }),
    );
    const after = (await ask<{ rss: number }>('memory')).rss;
    expect((after - before) / MEGABYTE).toBeLessThan(100);
    child.send('notify');
    for (const events of streams) expect((await nextEvent(events))?.data).toContain('list_changed');
    const exited = once(child, 'exit');
    child.send('close');
    for (const events of streams) expect((await nextEvent(events))?.data).toContain('"complete"');
    expect(await exited).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});
