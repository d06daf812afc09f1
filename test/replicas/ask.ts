import { z } from 'zod';

/** One request that may be asked again with its key. */
export interface Question {
  readonly url: string;
  readonly body: object;
  readonly key: string;
  readonly apiKey?: string;
}

/** How it ended. `status` 0: there was no whole answer, as when the connection broke. */
export interface Heard {
  readonly ok: boolean;
  readonly status: number;
  /** The body, or what broke. */
  readonly text: string;
  readonly retryAfter: string | null;
  /** Nothing came in time: the one thing that must never happen. */
  readonly hung: boolean;
  readonly conversationId?: string;
}

/** No request of a load takes longer, whatever goes away meanwhile. */
const LIMIT_MS = 45_000;

const conversationSchema = z.looseObject({ conversation_id: z.string() });
/** Of the REST form of a tool server, which says in a 200 that a call failed. */
const toolSchema = z.looseObject({ success: z.boolean() });
/** Of a direct call at the Agents API. */
const directSchema = z.looseObject({
  metadata: z.looseObject({ mcp_meta: z.looseObject({ isError: z.boolean() }) }),
});

/** Asks, and reads the whole answer. Never throws. */
export async function ask({ url, body, key, apiKey }: Question): Promise<Heard> {
  let status = 0;
  let retryAfter: string | null = null;
  const end = (ok: boolean, text: string, more: Partial<Heard> = {}): Heard => ({
    ok,
    status,
    text,
    retryAfter,
    hung: false,
    ...more,
  });
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    ({ status } = response);
    retryAfter = response.headers.get('retry-after');
    const streamed = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const text = await response.text();
    if (!response.ok) return end(false, text);
    if (streamed) return readStream(text, end);
    const answer: unknown = JSON.parse(text);
    const tool = toolSchema.safeParse(answer);
    if (tool.success) return end(tool.data.success, text);
    const direct = directSchema.safeParse(answer);
    if (direct.success) return end(!direct.data.metadata.mcp_meta.isError, text);
    const turn = conversationSchema.safeParse(answer);
    return end(true, text, turn.success ? { conversationId: turn.data.conversation_id } : {});
  } catch (error) {
    const hung = error instanceof Error && error.name === 'TimeoutError';
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    status = 0;
    return end(false, `${String(error)}${cause}`, { hung });
  }
}

const eventSchema = z.looseObject({
  type: z.string(),
  conversation_id: z.string().optional(),
  code: z.number().optional(),
});

/** A stream is whole when it says so; one that was cut has no status. */
function readStream(text: string, end: (ok: boolean, text: string, more?: Partial<Heard>) => Heard): Heard {
  const events = [...text.matchAll(/^data: (.*)$/gm)].flatMap(([, data = '']) => {
    const parsed = eventSchema.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : [];
  });
  const last = events.at(-1);
  const conversationId = events.find(({ conversation_id: id }) => id !== undefined)?.conversation_id;
  const more = conversationId === undefined ? {} : { conversationId };
  if (last?.type === 'conversation.response.done') return end(true, text, more);
  return end(false, text, { ...more, status: last?.code ?? 0 });
}
