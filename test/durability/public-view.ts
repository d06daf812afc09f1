import { z } from 'zod';

const entrySchema = z.looseObject({
  type: z.string(),
  id: z.string(),
  name: z.string().optional(),
  arguments: z.string().optional(),
  content: z.unknown().optional(),
  info: z
    .looseObject({ tool_call_id: z.string(), status: z.string(), content: z.array(z.looseObject({})) })
    .optional(),
});
export type PublicEntry = z.infer<typeof entrySchema>;

/** The API as any client sees it. */
export interface PublicView {
  createAgent(connectors: Readonly<Record<string, string>>): Promise<string>;
  /** Starts a conversation and hears its stream; ends with `cut` when the server went away under it. */
  stream(
    agentId: string,
    tag: string,
    onEvent: (event: { type: string; content?: unknown }) => void,
  ): Promise<'done' | 'cut'>;
  conversationOf(tag: string): Promise<string | undefined>;
  history(conversationId: string): Promise<PublicEntry[]>;
  append(conversationId: string, inputs: string): Promise<{ status: number; outputs: PublicEntry[] }>;
}

export function createPublicView(server: { readonly url: string; readonly apiKey: string }): PublicView {
  const ask = (method: string, path: string, body?: object) =>
    fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  const read = async (response: Response): Promise<unknown> => {
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${response.url}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };

  return {
    async createAgent(connectors) {
      const made: string[] = [];
      for (const [name, server] of Object.entries(connectors)) {
        const answer = await read(await ask('POST', '/v1/connectors', { name, description: name, server }));
        made.push(z.looseObject({ id: z.string() }).parse(answer).id);
      }
      const agent = await ask('POST', '/v1/agents', {
        name: 'walker',
        model: 'test-model',
        tools: made.map(connector_id => ({ type: 'connector', connector_id })),
      });
      return z.looseObject({ id: z.string() }).parse(await read(agent)).id;
    },
    async stream(agentId, tag, onEvent) {
      let unread = '';
      let last = '';
      try {
        const response = await ask('POST', '/v1/conversations', {
          agent_id: agentId,
          inputs: 'Walk through the script.',
          metadata: { tag },
          stream: true,
        });
        for await (const bytes of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
          unread += bytes;
          const frames = unread.split('\n\n');
          unread = frames.pop() ?? '';
          for (const frame of frames) {
            const data = /^data: (.*)$/m.exec(frame)?.[1];
            if (data === undefined) continue;
            const event = z
              .looseObject({ type: z.string(), content: z.unknown().optional() })
              .parse(JSON.parse(data));
            last = event.type;
            onEvent(event);
          }
        }
      } catch {
        // A killed server breaks the connection: that is what `cut` says.
      }
      return last === 'conversation.response.done' ? 'done' : 'cut';
    },
    async conversationOf(tag) {
      const filter = encodeURIComponent(JSON.stringify({ tag }));
      const found = await read(await ask('GET', `/v1/conversations?metadata=${filter}`));
      return z.array(z.looseObject({ id: z.string() })).parse(found)[0]?.id;
    },
    async history(conversationId) {
      const answer = await read(await ask('GET', `/v1/conversations/${conversationId}/history`));
      return z.looseObject({ entries: z.array(entrySchema) }).parse(answer).entries;
    },
    async append(conversationId, inputs) {
      const response = await ask('POST', `/v1/conversations/${conversationId}`, { inputs });
      const answer = z.looseObject({ outputs: z.array(entrySchema).optional() }).parse(await response.json());
      return { status: response.status, outputs: answer.outputs ?? [] };
    },
  };
}
