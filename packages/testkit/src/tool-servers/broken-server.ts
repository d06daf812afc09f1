import { type AddressInfo, createServer } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { openHttpListener, readText, sendJson } from './http-listener.ts';

/** Broken for every request. */
export const BROKEN_EVERYWHERE = [
  'silent', // takes the request and never answers
  'dropped', // accepts every connection and closes it
  'reset', // reads a request and closes the connection
  'not_http', // answers with something that is not HTTP
  'html', // a web page for every path, status 200
  'other_json', // valid JSON that is neither JSON-RPC nor the REST form
  'bad_json', // says JSON and sends something else
  'ended_stream', // an event stream that ends at once
  'error_500',
  'error_503',
  'unauthorized', // 401 with a sentence
  'forbidden', // 403 with a JSON-RPC error
] as const;

/** Sound until a tool is called. */
export const BROKEN_AT_CALL = [
  'call_silent', // never answers
  'call_closed', // closes the connection instead of answering
  'call_half_stream', // half an event, and the stream stays open
  'call_ended_stream', // an event stream that ends without the answer
  'call_bad_json',
  'call_html',
  'call_bad_http', // a body whose chunks do not follow the rules of HTTP
  'call_wrong_shape', // a JSON answer without the shape of a result
  'call_error_500',
  'call_huge', // a result of 6 MiB
] as const;

/** Sound; the result of a call has a part that is not. */
export const ODD_RESULTS = [
  'odd_blocks', // content blocks of no known type, beside an image
  'deep_result', // 100,000 levels of lists in one another
  'null_members', // null for what is not there
] as const;

/** Sound, but with an odd list of tools. */
export const BROKEN_LISTS = [
  'list_invalid', // good, nameless, bad and repeated definitions
  'list_endless', // every page names another one
  'list_error', // the method fails
  'list_none', // an answer without a list
  'text_ids', // ids of requests come back as text
] as const;

/** `no_tools`: an MCP server that declares no tools and does not know the method. */
export type BrokenKind =
  | (typeof BROKEN_EVERYWHERE)[number]
  | (typeof BROKEN_AT_CALL)[number]
  | (typeof BROKEN_LISTS)[number]
  | (typeof ODD_RESULTS)[number]
  | 'no_tools';
export type BrokenDialect = 'mcp-2026' | 'mcp-2025' | 'rest';

export interface BrokenServer {
  readonly url: string;
  readonly calls: { name: string }[];
  readonly requests: string[];
  close(): Promise<void>;
}

const TOOL = { name: 'act', description: 'Acts.', inputSchema: { type: 'object' } };
const LONG_TEXT_BYTES = 6 * 1024 * 1024;
const DEEP_LEVELS = 100_000;

/**
 * A server that misbehaves in one way, written by hand because no SDK can be made to. It has one tool, `act`.
 * `dialect` says what it speaks where it still speaks.
 */
export async function openBrokenServer(
  kind: BrokenKind,
  dialect: BrokenDialect = 'mcp-2025',
): Promise<BrokenServer> {
  if (kind === 'not_http') return openRaw('SSH-2.0-OpenSSH_9.9\r\n');
  if (kind === 'dropped') return openRaw('');
  const calls: { name: string }[] = [];
  const speak = dialect === 'rest' ? answerRest : answerMcp;
  const listener = await openHttpListener((request, response) => {
    if (breakAll(kind, response)) return;
    speak({ kind, dialect, calls }, request, response).catch(() => response.destroy());
  });
  return { url: listener.origin, calls, requests: listener.requests, close: () => listener.close() };
}

interface Play {
  readonly kind: BrokenKind;
  readonly dialect: BrokenDialect;
  readonly calls: { name: string }[];
}

function breakAll(kind: BrokenKind, response: ServerResponse): boolean {
  if (kind === 'silent') return true;
  if (kind === 'reset') {
    response.destroy();
    return true;
  }
  const answers: Partial<Record<BrokenKind, [number, string, string]>> = {
    html: [200, 'text/html', '<!doctype html><title>Welcome</title>'],
    other_json: [200, 'application/json', '{"hello":"world"}'],
    bad_json: [200, 'application/json', '{"jsonrpc":"2.0",'],
    ended_stream: [200, 'text/event-stream', ''],
    error_500: [500, 'text/plain', 'Internal Server Error'],
    error_503: [503, 'text/plain', 'upstream connect error'],
    unauthorized: [401, 'application/json', '{"detail":"Token expired on Tuesday"}'],
    forbidden: [
      403,
      'application/json',
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Not your server"}}',
    ],
  };
  const answer = answers[kind];
  if (answer === undefined) return false;
  response.writeHead(answer[0], { 'content-type': answer[1] }).end(answer[2]);
  return true;
}

const ODD_BLOCKS = [
  { type: 'weird', payload: { size: 3 } },
  { type: 'image', data: 'AAAA', mimeType: 'image/png' },
  'no object',
];

const CALL_ANSWERS: Partial<Record<BrokenKind, (response: ServerResponse) => void>> = {
  call_silent: () => undefined,
  call_closed: response => response.destroy(),
  call_half_stream: response => {
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .write('event: message\ndata: {"jsonrpc":"2.0","id"');
  },
  call_ended_stream: response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing follows\n\n');
  },
  call_bad_json: response => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":');
  },
  call_html: response => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>');
  },
  call_bad_http: response => {
    response.socket?.end(
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n',
    );
  },
  call_error_500: response => sendJson(response, 500, { detail: 'database is down' }),
};

/** Break a tool call; false where this kind answers it properly. */
function breakCall(kind: BrokenKind, response: ServerResponse): boolean {
  const answer = CALL_ANSWERS[kind];
  answer?.(response);
  return answer !== undefined;
}

async function answerMcp(
  { kind, dialect, calls }: Play,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.url !== '/mcp') return void response.writeHead(404).end();
  if (request.method !== 'POST') return void response.writeHead(405).end();
  const message = JSON.parse(await readText(request)) as {
    id?: number;
    method: string;
    params?: { name?: string; cursor?: string };
  };
  if (message.id === undefined) return void response.writeHead(202).end();
  const isModern = dialect === 'mcp-2026';
  const reply = (result: object): void => {
    const complete = isModern ? { resultType: 'complete', ...result } : result;
    const id = kind === 'text_ids' ? String(message.id) : message.id;
    sendJson(response, 200, { jsonrpc: '2.0', id, result: complete });
  };
  const fail = (code: number, text: string, status = 200): void =>
    sendJson(response, status, { jsonrpc: '2.0', id: message.id, error: { code, message: text } });
  const capabilities = kind === 'no_tools' ? {} : { tools: {} };
  const method = `${isModern ? 'modern' : 'legacy'} ${message.method}`;
  if (method === 'modern server/discover') {
    reply({
      supportedVersions: ['2026-07-28'],
      capabilities,
      ttlMs: 0,
      cacheScope: 'private',
    });
  } else if (method === 'legacy initialize') {
    response.setHeader('mcp-session-id', 'one');
    reply({
      protocolVersion: '2025-11-25',
      capabilities,
      serverInfo: { name: 'broken', version: '0' },
    });
  } else if (message.method === 'tools/list' && kind !== 'no_tools') {
    if (kind === 'list_error') fail(-32603, 'the list is broken');
    else if (kind === 'list_none') reply({ tools: null });
    else
      reply({
        ...listPage(kind, message.params?.cursor),
        ...(isModern ? { ttlMs: 60_000, cacheScope: 'private' } : {}),
      });
  } else if (message.method === 'tools/call') {
    calls.push({ name: message.params?.name ?? '' });
    if (breakCall(kind, response)) return;
    if (kind === 'call_wrong_shape') reply({ content: 'not a list' });
    else if (kind === 'odd_blocks') reply({ content: ODD_BLOCKS });
    else if (kind === 'null_members') {
      reply({ content: [{ type: 'text', text: 'done' }], structuredContent: null, isError: null });
    } else if (kind === 'deep_result') {
      const deep = `${'['.repeat(DEEP_LEVELS)}${']'.repeat(DEEP_LEVELS)}`;
      const type = isModern ? '"resultType":"complete",' : '';
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(
          `{"jsonrpc":"2.0","id":${message.id},"result":{${type}"content":[{"type":"weird","deep":${deep}}]}}`,
        );
    } else
      reply({
        content: [{ type: 'text', text: kind === 'call_huge' ? 'x'.repeat(LONG_TEXT_BYTES) : 'done' }],
      });
  } else fail(-32601, 'Method not found', isModern ? 404 : 200);
}

async function answerRest(
  { kind, calls }: Play,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = `${request.method} ${request.url}`;
  if (route === 'GET /mcp/v1/tools') {
    if (kind === 'list_error') sendJson(response, 500, { detail: 'the list is broken' });
    else sendJson(response, 200, { tools: listPage(kind).tools });
  } else if (route === 'POST /mcp/v1/tools/invoke') {
    const body = JSON.parse(await readText(request)) as { name: string };
    calls.push({ name: body.name });
    if (breakCall(kind, response)) return;
    if (kind === 'call_wrong_shape') sendJson(response, 200, { answer: 42 });
    else if (kind === 'deep_result') {
      const deep = `${'['.repeat(DEEP_LEVELS)}${']'.repeat(DEEP_LEVELS)}`;
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(`{"success":true,"result":${deep}}`);
    } else
      sendJson(response, 200, {
        success: true,
        result: kind === 'call_huge' ? 'x'.repeat(LONG_TEXT_BYTES) : 'done',
        error: null,
      });
  } else sendJson(response, 404, { detail: 'Not Found' });
}

function listPage(kind: BrokenKind, cursor = '0'): { tools: unknown[]; nextCursor?: string } {
  if (kind === 'list_endless') {
    return { tools: [{ ...TOOL, name: `act_${cursor}` }], nextCursor: String(Number(cursor) + 1) };
  }
  if (kind !== 'list_invalid') return { tools: [TOOL] };
  return {
    tools: [
      TOOL,
      { description: 'has no name', inputSchema: { type: 'object' } },
      { name: 'no_schema' },
      { name: 'array_schema', inputSchema: { type: 'array' } },
      { name: 'bad name!', inputSchema: { type: 'object' } },
      'not even an object',
      { ...TOOL, description: 'A second one of that name.' },
      { name: 'odd_parts', description: 7, annotations: 'none', inputSchema: { type: 'object' }, icons: 'x' },
    ],
  };
}

/** @param text what is sent to every connection before it is closed */
async function openRaw(text: string): Promise<BrokenServer> {
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    if (text === '') socket.destroy();
    else socket.resume().end(text);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls: [],
    requests: [],
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
}
