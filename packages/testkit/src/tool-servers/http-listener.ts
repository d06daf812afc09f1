import { type IncomingMessage, type RequestListener, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ToolServerOptions } from './tool-server.ts';

export interface HttpListener {
  readonly origin: string;
  readonly requests: string[];
  close(): Promise<void>;
}

/** A plain HTTP server on a free port of 127.0.0.1. */
export async function openHttpListener(listener: RequestListener): Promise<HttpListener> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        // Open event streams would hold the server for ever.
        for (const socket of sockets) socket.destroy();
      }),
  };
}

export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Answers 401 and returns false where the credentials asked for are missing or wrong. */
export async function admits(
  options: {
    bearerToken?: string;
    apiKey?: { header: string; key: string };
    guard?: ToolServerOptions['guard'];
  },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { bearerToken, apiKey, guard } = options;
  if ((await guard?.(request, response)) === false) return false;
  const bearerIsRight =
    bearerToken === undefined || request.headers.authorization === `Bearer ${bearerToken}`;
  const keyIsRight = apiKey === undefined || request.headers[apiKey.header.toLowerCase()] === apiKey.key;
  if (bearerIsRight && keyIsRight) return true;
  const sentence = request.headers.authorization === undefined ? 'Missing or invalid token' : 'Invalid token';
  sendJson(response, 401, { detail: sentence });
  return false;
}
