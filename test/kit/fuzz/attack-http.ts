import { once } from 'node:events';
import { connect } from 'node:net';
import type { Hostile } from './hostile.ts';
import { ANSWER_MS, isAlive, judge, PING, type Faults } from './judge.ts';
import type { Random } from './random.ts';

export type Post = (init: RequestInit) => Promise<Response>;

const SPECIFIED = [200, 202, 400, 404];
const drop = (): void => {};

/** Posts each message, checks each answer, and that the server still serves. */
export async function attackHttp(post: Post, messages: Iterable<Hostile>, faults: Faults): Promise<void> {
  const send = (body: Uint8Array<ArrayBuffer> | string): Promise<Response> => {
    const headers = { 'content-type': 'application/json' };
    return post({ method: 'POST', headers, body, signal: AbortSignal.timeout(ANSWER_MS) });
  };
  for (const { kind, bytes } of messages) {
    const about = `${kind}: ${bytes.toString('utf8').slice(0, 300)}`;
    try {
      const response = await send(new Uint8Array(bytes));
      if (!SPECIFIED.includes(response.status)) faults.push(`${about} was answered ${response.status}`);
      const text = await response.text();
      if (text !== '') judge(text, about, faults);
    } catch (error) {
      faults.push(`${about} was not answered: ${String(error)}`);
    }
  }
  const last = await (await send(PING)).text();
  if (!isAlive(last)) faults.push(`After it a ping was answered ${last}`);
}

/** Bytes that are not HTTP, or only the beginning of it, on connections that are half closed, cut or left. */
export async function attackConnections(port: number, random: Random, count: number): Promise<void> {
  const head = 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  const abuses: readonly [() => Buffer, ...(() => Buffer)[]] = [
    () => random.bytes(random.int(200)),
    () => Buffer.from(head.slice(0, random.int(head.length))),
    () => Buffer.from(`${head}Content-Length: 1000\r\n\r\n${PING}`),
    () =>
      Buffer.from(
        `${head}Transfer-Encoding: chunked\r\n\r\n${random.pick(['zz', '5\r\nab', 'ffffffff\r\n'])}`,
      ),
    () => Buffer.from(`${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n${PING}`),
    () => Buffer.from(`${head}Content-Length: ${PING.length}\r\n\r\n${PING}`),
  ];
  for (let index = 0; index < count; index += 1) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', drop);
    socket.write(random.pick(abuses)());
    const how = random.int(3);
    if (how === 0) socket.end();
    else if (how === 1) socket.resetAndDestroy();
    else socket.setTimeout(20, () => socket.destroy());
    if (!socket.destroyed) {
      socket.resume();
      await Promise.race([once(socket, 'close'), once(socket, 'end').catch(drop)]);
    }
    socket.destroy();
  }
}
