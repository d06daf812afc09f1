import { readFrames, type Frame } from '../../api/read-stream.ts';
import { isRecord, records, type Json } from '../../api/shapes.ts';

/** What a caller heard of a turn. */
export interface Heard {
  /** `cut`: the server went away. `failed`: an answer that is an error, or a stream that ends with one. */
  readonly end: 'done' | 'failed' | 'cut';
  /** None where no answer began. */
  readonly status?: number;
  readonly conversationId?: string;
  /** Of a stream. */
  readonly frames?: readonly Frame[];
  /** Of a plain answer. */
  readonly outputs?: readonly Json[];
  /** What was answered instead. */
  readonly error?: string;
}

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

/** The API of the server that is up now. */
export interface TurnClient {
  /** A request that is answered whole; `undefined` when the server went away. */
  send(method: string, path: string, body?: Json): Promise<Answer | undefined>;
  turn(path: string, body: Json): Promise<Heard>;
}

/** Nothing takes so long: what does is a hang. */
const LIMIT_MS = 60_000;

export function createTurnClient(
  server: () => { readonly url: string; readonly apiKey: string },
): TurnClient {
  const ask = (method: string, path: string, body?: Json) =>
    fetch(server().url + path, {
      method,
      headers: { authorization: `Bearer ${server().apiKey}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
  const read = async (response: Response): Promise<{ text: string; whole: boolean }> => {
    let text = '';
    try {
      for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += piece;
    } catch (error) {
      refuseHang(error);
      return { text, whole: false };
    }
    return { text, whole: true };
  };
  const cut = (error: unknown): undefined => refuseHang(error);

  return {
    async send(method, path, body) {
      const response = await ask(method, path, body).catch(cut);
      if (!response) return undefined;
      const { text, whole } = await read(response);
      return whole
        ? { status: response.status, json: text === '' ? undefined : JSON.parse(text) }
        : undefined;
    },
    async turn(path, body) {
      const response = await ask('POST', path, body).catch(cut);
      if (!response) return { end: 'cut' };
      const { text, whole } = await read(response);
      const { status } = response;
      if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
        if (!whole) return { end: 'cut', status };
        const json: unknown = JSON.parse(text);
        if (status !== 200 || !isRecord(json)) return { end: 'failed', status, error: text };
        const conversationId = String(json['conversation_id']);
        return { end: 'done', status, conversationId, outputs: records(json['outputs']) };
      }
      // A frame counts when the blank line after it has come.
      const frames = text.includes('\n\n') ? readFrames(text.slice(0, text.lastIndexOf('\n\n') + 2)) : [];
      const last = frames.at(-1);
      const id = frames[0]?.data['conversation_id'];
      const heard = { status, frames, ...(typeof id === 'string' && { conversationId: id }) };
      if (last?.event === 'conversation.response.done') return { end: 'done', ...heard };
      if (last?.event !== 'conversation.response.error') return { end: 'cut', ...heard };
      return { end: 'failed', ...heard, error: JSON.stringify(last.data) };
    },
  };
}

function refuseHang(error: unknown): undefined {
  if (error instanceof Error && error.name === 'TimeoutError')
    throw new Error(`No answer in ${LIMIT_MS} ms.`, { cause: error });
  return undefined;
}
