import type { IncomingMessage, ServerResponse } from 'node:http';
import { createExchange, type ExchangeOptions, type Served } from '../http/exchange.ts';
import { json } from '../http/http-message.ts';
import { sendAnswer, toHttpRequest } from '../http/node-exchange.ts';
import { createRequestIds } from '../http/request-ids.ts';

export interface NodeHandlerOptions extends ExchangeOptions {
  /** Ends streams and sessions, and aborts the calls in flight. */
  readonly signal?: AbortSignal;
}

export type NodeHandler = (request: IncomingMessage, response: ServerResponse, next?: () => void) => void;

/**
 * Serves a server, or versions of one, as a listener of `node:http` or a middleware of Express and the like. The rules
 * are those of `serveHttp`. A path that is not the server's goes to `next`, or is answered 404 without one. The body
 * must not have been read: put it before body parsers.
 *
 * ```ts
 * createServer(toNodeHandler(server)).listen(8000, '127.0.0.1');
 * ```
 */
export function toNodeHandler(served: Served, options: NodeHandlerOptions = {}): NodeHandler {
  const { signal, ...exchangeOptions } = options;
  const { answer, beginClose, close } = createExchange(served, exchangeOptions);
  const toId = createRequestIds();
  signal?.addEventListener('abort', () => {
    beginClose();
    close();
  });
  const serve = async (...[request, response, next]: Parameters<NodeHandler>): Promise<void> => {
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    const answered = await answer(toHttpRequest(request, response, { path, id: toId(), stop: signal }));
    if (answered !== undefined) sendAnswer(response, answered);
    else if (next) next();
    else sendAnswer(response, json(404, { detail: `Nothing is served at ${path}.` }));
  };
  return (request, response, next) => void serve(request, response, next);
}
