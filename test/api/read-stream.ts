import { isRecord } from './shapes.ts';

/** One frame of an event stream, taken apart by hand so that no parser forgives anything. */
export interface Frame {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** The frames of a whole stream. Throws on everything that is not `event: …`, `data: …`, blank line. */
export function readFrames(text: string): Frame[] {
  if (!text.endsWith('\n\n'))
    throw new Error(`The last frame has no blank line after it: ${text.slice(-80)}`);
  return text
    .split('\n\n')
    .slice(0, -1)
    .filter(frame => !frame.startsWith(':'))
    .map(frame => {
      const [, event, json] = /^event: ([a-z._]+)\ndata: ([^\n\r]+)$/.exec(frame) ?? [];
      if (event === undefined || json === undefined) throw new Error(`Not a frame: ${frame}`);
      const data: unknown = JSON.parse(json);
      if (!isRecord(data)) throw new Error(`The data of ${event} is no object.`);
      return { event, data };
    });
}

/** An entry as a client puts it together from a stream. */
export interface FoldedEntry {
  readonly type: string;
  readonly id: unknown;
  readonly name?: unknown;
  readonly arguments?: string;
  readonly info?: unknown;
  readonly status?: unknown;
  readonly agents?: readonly unknown[];
  /** Texts of one answer, joined; other chunks stay as they are. */
  readonly content?: readonly unknown[];
}

/** Entries by `output_index`, the way clients do it: the first event of an index says what it is. */
export function foldFrames(frames: readonly Frame[]): FoldedEntry[] {
  const entries = new Map<number, FoldedEntry>();
  for (const { event, data } of frames) {
    const index = data['output_index'];
    if (typeof index !== 'number') continue;
    const type = event.replace(/\.(delta|started|done)$/, '');
    const known = entries.get(index) ?? { type, id: data['id'] };
    if (known.type !== type || known.id !== data['id']) throw new Error(`Two entries share output ${index}.`);
    entries.set(index, withEvent(known, event, data));
  }
  return [...entries].sort(([a], [b]) => a - b).map(([, entry]) => entry);
}

function withEvent(entry: FoldedEntry, event: string, data: Frame['data']): FoldedEntry {
  switch (event) {
    case 'message.output.delta':
      return { ...entry, content: appendPiece(entry.content ?? [], data['content']) };
    case 'tool.execution.started':
      return { ...entry, name: data['name'], arguments: String(data['arguments']) };
    case 'tool.execution.delta':
      if (entry.arguments === undefined || entry.info !== undefined)
        throw new Error(`A piece of ${String(data['name'])} outside of its start and end.`);
      return { ...entry, arguments: entry.arguments + String(data['arguments']) };
    case 'tool.execution.done':
      return { ...entry, info: data['info'] };
    case 'agent.handoff.started':
      return { ...entry, agents: [data['previous_agent_id'], data['previous_agent_name']] };
    case 'agent.handoff.done':
      return { ...entry, agents: [...(entry.agents ?? []), data['next_agent_id'], data['next_agent_name']] };
    case 'function.call.delta':
      return {
        ...entry,
        ...(data['confirmation_status'] !== undefined && { status: data['confirmation_status'] }),
        name: data['name'],
        arguments: (entry.arguments ?? '') + String(data['arguments']),
      };
    default:
      throw new Error(`The event ${event} belongs to no entry.`);
  }
}

function appendPiece(content: readonly unknown[], piece: unknown): readonly unknown[] {
  const last = content.at(-1);
  if (typeof piece === 'string' && typeof last === 'string') return [...content.slice(0, -1), last + piece];
  return [...content, piece];
}

/** An entry of an answer or a history in the same form. */
export function toFolded(entry: Record<string, unknown>): FoldedEntry {
  const { type, id, name, content, info } = entry;
  const args = entry['arguments'];
  const status = entry['confirmation_status'];
  const agents = ['previous_agent_id', 'previous_agent_name', 'next_agent_id', 'next_agent_name'].flatMap(
    key => entry[key] ?? [],
  );
  return {
    type: String(type),
    id,
    ...(name !== undefined && { name }),
    ...(args !== undefined && { arguments: typeof args === 'string' ? args : JSON.stringify(args) }),
    ...(info !== undefined && { info }),
    ...(status !== undefined && { status }),
    ...(agents.length > 0 && { agents }),
    ...(content !== undefined && {
      content:
        typeof content === 'string'
          ? content === ''
            ? []
            : [content]
          : Array.isArray(content)
            ? content
            : [],
    }),
  };
}
