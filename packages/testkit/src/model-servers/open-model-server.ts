import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { toChunks, toCompletion } from './answer.ts';
import { mistralDialect, openAiDialect } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import { readModeration, type ModerationVerdict } from './moderation.ts';
import { parseRequest } from './parse-request.ts';
import type { ModelServerRequest, Reply, Script } from './reply.ts';

export interface ModelServerOptions {
  readonly script: Script;
  /** What GET /v1/models lists: names, or whole cards. Default: `test-model`. A number is the status it refuses with. */
  readonly models?: readonly (string | object)[] | number;
  /** Answers POST /v1/moderations, one verdict a text; a number is the status it refuses with. Without it there is none. */
  readonly moderate?: (text: string, model: string) => ModerationVerdict | number;
  /** With it, any other key is refused with 401. */
  readonly apiKey?: string;
}

export interface ModelServer {
  /** Base URL, ends with /v1. */
  readonly url: string;
  /** Chat requests so far, in order of arrival. */
  readonly requests: readonly ModelServerRequest[];
  /** Chat requests whose client went away before the answer was complete. */
  readonly abandoned: () => number;
  close(): Promise<void>;
}

/** A real HTTP server that speaks the OpenAI chat completions protocol, answering by a script. */
export function openOpenAiServer(options: ModelServerOptions): Promise<ModelServer> {
  return openModelServer(openAiDialect, options);
}

/** The same in Mistral's dialect. */
export function openMistralServer(options: ModelServerOptions): Promise<ModelServer> {
  return openModelServer(mistralDialect, options);
}

async function openModelServer(dialect: Dialect, options: ModelServerOptions): Promise<ModelServer> {
  const requests: ModelServerRequest[] = [];
  const closing = new AbortController();
  let abandoned = 0;

  const answer = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refuse = (status: number, text: string): void =>
      sendJson(response, status, dialect.errorBody(status, text));
    if (options.apiKey !== undefined && message.headers.authorization !== `Bearer ${options.apiKey}`) {
      return refuse(401, 'Unauthorized');
    }
    const path = new URL(message.url ?? '/', 'http://localhost').pathname;
    if (message.method === 'GET' && path === '/v1/models') {
      const { models = ['test-model'] } = options;
      if (typeof models === 'number') return refuse(models, 'No list.');
      const data = models.map(card =>
        typeof card === 'string' ? { id: card, object: 'model', created: 0 } : card,
      );
      return sendJson(response, 200, { object: 'list', data });
    }
    if (message.method === 'POST' && path === '/v1/moderations' && options.moderate) {
      const verdicts = await readModeration(message, options.moderate);
      if (typeof verdicts === 'number') return refuse(verdicts, 'No verdict.');
      return sendJson(response, 200, verdicts);
    }
    if (message.method !== 'POST' || path !== '/v1/chat/completions') return refuse(404, `No route ${path}.`);

    const request = await parseRequest(message);
    if (typeof request === 'string') return refuse(400, request);
    const n = requests.push(request) - 1;
    response.once('close', () => {
      if (!response.writableFinished) abandoned += 1;
    });
    const reply = await options.script(request, n);
    if (reply.status !== undefined && reply.status !== 200) {
      const body = reply.body ?? dialect.errorBody(reply.status, `Refused with ${reply.status}.`);
      return sendJson(response, reply.status, body, reply.headers);
    }
    if (request.stream) return stream(response, toChunks(dialect, request, n, reply), reply, closing.signal);
    if (reply.dropAfterChunks !== undefined) return void response.destroy();
    if (reply.hangAfterChunks !== undefined) return;
    sendJson(response, 200, reply.body ?? toCompletion(dialect, request, n, reply), reply.headers);
  };

  const server = createServer((message, response) => {
    answer(message, response).catch((error: unknown) => {
      if (closing.signal.aborted || response.destroyed) return;
      // A script that throws is a broken test: say so to whoever waits for the answer.
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, dialect.errorBody(500, String(error)));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    abandoned: () => abandoned,
    close: async () => {
      closing.abort();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}

async function stream(
  response: ServerResponse,
  chunks: readonly object[],
  reply: Reply,
  signal: AbortSignal,
): Promise<void> {
  if (reply.dropAfterChunks === 0) return void response.destroy();
  if (reply.hangAfterChunks === 0) return;
  response.writeHead(200, { 'content-type': 'text/event-stream', ...reply.headers });
  for (const [index, chunk] of chunks.entries()) {
    if (index === reply.pause?.afterChunks) await reply.pause.until;
    if (response.destroyed) return;
    if (index === reply.hangAfterChunks) return;
    // Ending the socket with what was written flushed, so that the reader gets the chunks and then the cut.
    if (index === reply.dropAfterChunks) {
      response.socket?.destroySoon();
      return;
    }
    if (reply.chunkDelayMs) await delay(reply.chunkDelayMs, undefined, { signal });
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  }
  if (reply.errorInStream !== undefined) response.write(`data: ${JSON.stringify(reply.errorInStream)}\n\n`);
  response.end('data: [DONE]\n\n');
}
