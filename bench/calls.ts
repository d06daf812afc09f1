import type { HttpTarget } from './load/http-load.ts';

/** Enough that the server is never idle, few enough that its answers come in small batches, as from a gateway. */
const CONNECTIONS = 32;
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const VERSION = '2026-07-28';

const _meta = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const ADD_PARAMS = { name: 'add', arguments: { a: 1, b: 2 } };

function toMessage(method: string, params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
}

/** One line for stdio. */
export const CALL_2026 = toMessage('tools/call', { ...ADD_PARAMS, _meta });
export const LIST_2026 = toMessage('tools/list', { _meta });

export function toCall(url: string, more: Readonly<Record<string, string>> = {}): HttpTarget {
  const headers = {
    ...JSON_HEADERS,
    ...more,
    'mcp-protocol-version': VERSION,
    'mcp-method': 'tools/call',
    'mcp-name': 'add',
  };
  return { url, headers, body: CALL_2026, connections: CONNECTIONS };
}

export function toList(url: string): HttpTarget {
  const headers = { ...JSON_HEADERS, 'mcp-protocol-version': VERSION, 'mcp-method': 'tools/list' };
  return { url, headers, body: LIST_2026, connections: CONNECTIONS };
}

const LEGACY_VERSION = '2025-11-25';

/** Opens a session of 2025-11-25 and gives calls in it. @throws Error when the server hands out no session. */
export async function toSessionCall(url: string): Promise<HttpTarget> {
  const post = (body: string, more: Record<string, string> = {}) =>
    fetch(url, { method: 'POST', headers: { ...JSON_HEADERS, ...more }, body });
  const opened = await post(
    toMessage('initialize', {
      protocolVersion: LEGACY_VERSION,
      capabilities: {},
      clientInfo: { name: 'bench', version: '1.0.0' },
    }),
  );
  await opened.text();
  const session = opened.headers.get('mcp-session-id');
  if (session === null) throw new Error(`${url} hands out no session of ${LEGACY_VERSION}.`);
  const more = { 'mcp-session-id': session, 'mcp-protocol-version': LEGACY_VERSION };
  await (await post('{"jsonrpc":"2.0","method":"notifications/initialized"}', more)).text();
  return {
    url,
    headers: { ...JSON_HEADERS, ...more },
    body: toMessage('tools/call', ADD_PARAMS),
    connections: CONNECTIONS,
  };
}

/** The answer to one request, as the bare server will send it. */
export async function answerOf({ url, headers, body }: HttpTarget): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
  return text;
}

/** @throws Error when what a server answered under load is not the sum. */
export function checkSum(sample: string, who: string): void {
  if (!/"structuredContent":\{"sum":3\}/.test(sample))
    throw new Error(`${who} answered ${sample.slice(0, 300)}`);
}
