import type { HttpAnswer, StreamSink } from './http-message.ts';

/** Messages as Server-Sent Events (MCP 2026-07-28, basic/transports, "Streamable HTTP"). */
export interface EventStream {
  readonly answer: HttpAnswer;
  /** @param json one message; `id`: what a client may come back with. */
  send(json: string, id?: string): void;
  /** An event without a message: gives the client an id and tells it when to come back (2025-11-25, "Resumability"). */
  prime(id: string, retryMs: number): void;
  /** An event of a kind of its own, which is no message. */
  announce(event: string, data: string): void;
  /** Nothing sent from now on arrives. */
  readonly ended: boolean;
  /** After what was sent before. */
  end(): void;
}

/** Proxies and browsers cut what is silent for longer, most of them after 30 or 60 s. */
const KEEP_ALIVE_MS = 15_000;
/** Of messages that the client does not read; beyond it, it will not. */
const MAX_QUEUED = 16 * 1024 * 1024;

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  // nginx would hold events back until it has a buffer full of them.
  'x-accel-buffering': 'no',
};

/** What is sent before the answer is on its way waits for it. */
export function createEventStream(): EventStream {
  let waiting: string[] | undefined = [];
  let sink: StreamSink | undefined;
  let ended = false;
  let keepAlive: NodeJS.Timeout | undefined;

  const write = (chunk: string): void => {
    if (sink === undefined) return void waiting?.push(chunk);
    sink.write(chunk);
    if (sink.queued() > MAX_QUEUED) stop(() => sink?.cut());
  };
  const stop = (how: () => void): void => {
    if (ended) return;
    ended = true;
    clearInterval(keepAlive);
    how();
  };
  return {
    answer: {
      status: 200,
      headers: HEADERS,
      body: opened => {
        sink = opened;
        if (waiting && waiting.length > 0) sink.write(waiting.join(''));
        waiting = undefined;
        if (ended) return sink.end();
        keepAlive = setInterval(() => write(': keep-alive\n\n'), KEEP_ALIVE_MS).unref();
      },
    },
    get ended() {
      return ended;
    },
    prime: (id, retryMs) => {
      if (!ended) write(`id: ${id}\nretry: ${retryMs}\ndata: \n\n`);
    },
    announce: (event, data) => {
      if (!ended) write(`event: ${event}\ndata: ${data}\n\n`);
    },
    send: (json, id) => {
      if (!ended) write(`${id === undefined ? '' : `id: ${id}\n`}data: ${json}\n\n`);
    },
    end: () => stop(() => sink?.end()),
  };
}
