import { openHttpListener, readText, sendJson } from '@tramontane/testkit/tool-servers';
import { record } from './shapes.ts';

export interface Whoami {
  readonly url: string;
  readonly origin: string;
  /** Sign-ins that are refused with 401 from now on. */
  readonly refused: Set<string>;
  /** Sign-ins that are answered 429 from now on. */
  readonly limited: Set<string>;
  /** `Authorization` of every request that came, in order. */
  readonly seen: string[];
  close(): Promise<void>;
}

/** A tool server in the REST form whose tools `whoami` and `act` answer with what the request signed in with. */
export async function openWhoami(): Promise<Whoami> {
  const refused = new Set<string>();
  const limited = new Set<string>();
  const seen: string[] = [];
  const listener = await openHttpListener((request, response) => {
    const path = new URL(request.url ?? '/', 'http://local').pathname;
    if (!path.startsWith('/mcp/v1/tools')) return sendJson(response, 404, { detail: 'Not Found' });
    const authorization = request.headers.authorization ?? 'nobody';
    seen.push(authorization);
    if (refused.has(authorization)) return sendJson(response, 401, { detail: 'Invalid token' });
    if (limited.has(authorization)) return sendJson(response, 429, { detail: 'Slow down' });
    if (request.method === 'GET') {
      const tools = [
        { name: 'whoami', description: 'Who signs in.', annotations: { readOnlyHint: true } },
        { name: 'act', description: 'Acts.' },
      ];
      return sendJson(response, 200, {
        tools: tools.map(tool => ({ ...tool, input_schema: { type: 'object' } })),
      });
    }
    readText(request).then(
      body => {
        const { name } = record(JSON.parse(body));
        const key = request.headers['x-api-key'] ?? 'none';
        sendJson(response, 200, {
          success: true,
          result: `${String(name)}: ${authorization}, key ${String(key)}`,
          error: null,
        });
      },
      () => response.destroy(),
    );
  });
  return {
    url: listener.origin,
    origin: listener.origin,
    refused,
    limited,
    seen,
    close: () => listener.close(),
  };
}
