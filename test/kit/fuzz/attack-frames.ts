import { once } from 'node:events';
import { get } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hostile } from './hostile.ts';
import { ANSWER_MS, isAlive, judge, PING, type Faults } from './judge.ts';
import type { Random } from './random.ts';

const MUCH = 1024 * 1024;

/** Sends each message in a frame, and bytes as what is no frame, checks each answer, and that the server still serves. */
export async function attackFrames(
  port: number,
  messages: Iterable<Hostile>,
  random: Random,
  faults: Faults,
): Promise<void> {
  const dial = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/mcp`, ['mcp']);
    socket.addEventListener('message', ({ data }) => judge(String(data), 'A frame', faults));
    await once(socket, 'open', { signal: AbortSignal.timeout(ANSWER_MS) });
    return socket;
  };
  let socket = await dial();
  for (const { kind, bytes } of messages) {
    if (kind === 'bytes') {
      // No frame, or one that no client may send.
      const raw = await upgrade(port);
      raw.write(bytes);
      if (random.int(2) === 0) raw.end();
      else raw.resetAndDestroy();
    } else {
      if (socket.readyState !== WebSocket.OPEN) socket = await dial();
      socket.send(bytes.toString('utf8'));
      while (socket.readyState === WebSocket.OPEN && socket.bufferedAmount > MUCH) await sleep(1);
    }
  }
  socket.close();
  const last = await dial();
  last.send(PING);
  const signal = AbortSignal.timeout(ANSWER_MS);
  const [{ data }] = (await once(last, 'message', { signal })) as [MessageEvent];
  if (!isAlive(String(data))) faults.push(`After it a ping was answered ${String(data)}`);
  last.close();
}

/** A WebSocket connection, as far as the opening handshake. */
async function upgrade(port: number): Promise<Socket> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'mcp',
  };
  const [, socket] = (await once(get({ port, host: '127.0.0.1', path: '/mcp', headers }), 'upgrade')) as [
    unknown,
    Socket,
  ];
  // Cutting a connection is part of the attack.
  socket.on('error', () => {});
  return socket;
}
