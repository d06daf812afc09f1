import { defineResource } from '../definition/define-resource.ts';
import { defineTool } from '../definition/define-tool.ts';
import { createMcpServer, type McpServer, type McpServerOptions } from '../server.ts';
import type { Gate } from './shop.fixture.ts';

const input = { type: 'object', properties: {} };
const drop = (): void => {};

/** A server whose tools say something before they answer. `gate`: what the tools that wait are waiting for. */
export function createTalker(gate: Gate, options: Partial<McpServerOptions> = {}): McpServer {
  const describing = { description: 'For tests.', input };
  return createMcpServer({
    name: 'talker',
    version: '1',
    design: false,
    log: { debug: drop, info: drop, warn: drop, error: drop },
    tools: [
      defineTool({ ...describing, name: 'plain', handler: () => 'plain' }),
      defineTool({
        ...describing,
        name: 'progress',
        handler: async (_args, { progress, signal }) => {
          progress(1);
          gate.begun.resolve(signal);
          await gate.open.promise;
          progress(2);
          return 'through';
        },
      }),
      defineTool({
        ...describing,
        name: 'leaves',
        handler: async (_args, { closeStream, signal }) => {
          closeStream();
          gate.begun.resolve(signal);
          await gate.open.promise;
          return 'through';
        },
      }),
      defineTool({
        ...describing,
        name: 'elicits',
        handler: async (_args, { elicit }) => {
          const schema = { type: 'object', properties: { name: { type: 'string' } } };
          return JSON.stringify(await elicit({ message: 'Who?', schema }));
        },
      }),
    ],
    resources: [defineResource({ uri: 'docs://a', name: 'a', description: 'A.', read: () => 'A' })],
    ...options,
  });
}

export interface SseEvent {
  readonly event?: string;
  readonly id?: string;
  readonly retry?: string;
  readonly data?: string;
}

/** Events of a response as they come; comments are left out. */
export async function* readEvents(response: Response): AsyncGenerator<SseEvent> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = block.split('\n').filter(line => !line.startsWith(':'));
      if (fields.length > 0) yield Object.fromEntries(fields.map(line => line.split(/: ?(.*)/s)));
    }
  }
}

/** The next event. */
export async function nextEvent(events: AsyncGenerator<SseEvent>): Promise<SseEvent | undefined> {
  const { value, done } = await events.next();
  return done ? undefined : value;
}
