import { isRecord } from './records.ts';

/** The longest an example server on this machine may take to say that it is there. */
const LIMIT_MS = 3000;

/** Does something answer there that calls itself healthy, as an example server of whatever token does? */
export async function isServing(url: string, signal: AbortSignal): Promise<boolean> {
  const health = await ask(`${url}/health`, {}, signal);
  return isRecord(health) && health['status'] === 'healthy';
}

/** Is it an example server that takes our token, so that this start can use it? */
export async function isOurs(url: string, token: string, signal: AbortSignal): Promise<boolean> {
  // First without the token: it is not for every program that happens to listen there.
  if (!(await isServing(url, signal))) return false;
  const tools = await ask(`${url}/mcp/v1/tools`, { authorization: `Bearer ${token}` }, signal);
  return isRecord(tools) && Array.isArray(tools['tools']);
}

/** The JSON of a good answer; undefined for any other, and for none within the limit. */
async function ask(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(url, {
      headers,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
    });
    const text = await response.text();
    return response.ok ? (JSON.parse(text) as unknown) : undefined;
  } catch {
    return undefined;
  }
}
