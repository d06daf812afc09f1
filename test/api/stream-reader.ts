import type { ApiServer } from './open-api-server.ts';
import type { Json } from './shapes.ts';

/** A stream that is read piece by piece, and left when its reader likes. */
export interface StreamReader {
  readonly heard: () => string;
  /** Reads until `part` was heard. */
  until(part: string): Promise<void>;
  rest(): Promise<string>;
  leave(): void;
}

/** Starts a conversation; the answer's body is the caller's to read or leave. */
export function postStart(
  api: ApiServer,
  body: Json,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${api.url}/v1/conversations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal,
  });
}

export async function openReader(
  api: ApiServer,
  body: Json,
  headers: Readonly<Record<string, string>> = {},
): Promise<StreamReader> {
  const gone = new AbortController();
  const response = await postStart(api, { ...body, stream: true }, gone.signal, headers);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new Error('The answer has no body.');
  let heard = '';
  return {
    heard: () => heard,
    leave: () => gone.abort(),
    async until(part: string): Promise<void> {
      while (!heard.includes(part)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`The stream ended without ${part}: ${heard}`);
        heard += value;
      }
    },
    async rest(): Promise<string> {
      for (let next = await reader.read(); !next.done; next = await reader.read()) heard += next.value;
      return heard;
    },
  };
}
