import { openMistralServer } from '@tramontane/testkit/model-servers';
import { openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { expectError } from '../expect-error.ts';
import { openApiServer, type ApiServer } from '../open-api-server.ts';
import { openWhoami, type Whoami } from '../open-whoami.ts';
import { foldFrames, type Frame } from '../read-stream.ts';
import { lastToolTexts } from '../scripted-models.ts';
import { record, records, text, type Json } from '../shapes.ts';
import { expectKeptArguments, expectRules } from '../stream-rules.ts';

/** An answer, ready to be compared. */
export interface Seen {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly text: string;
}

/** A call that a model makes: of a tool without arguments, or with these. */
export type ToolWish = string | { readonly name: string; readonly arguments: object | string };

/** A server with scripted models and real tool servers, and short ways to what most cases need. */
export interface Wire {
  readonly api: ApiServer;
  /** Address of an MCP server with the tools `look`, `act` and `fails`. */
  readonly tools: string;
  /** A tool server in the REST form that says who signed in. */
  readonly whoami: Whoami;
  /** One request; of an error it is checked that it has the shape of errors. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Seen>;
  /** The body of what must be made: a POST with a status from 200 to 299. */
  make(path: string, body: Json): Promise<Json>;
  get(path: string): Promise<unknown>;
  /** A new model that always says this. */
  says(text?: string): string;
  /** A new model that calls these tools at once, and then says what it was told. */
  calls(...tools: readonly ToolWish[]): string;
  agent(more?: Json): Promise<Json>;
  /** A turn of a new conversation, with a model that says "Yes." where none is given. */
  start(more?: Json): Promise<Json>;
  /** The events of a streamed turn, which must keep every rule of a stream. */
  stream(more?: Json, path?: string): Promise<Frame[]>;
  connector(more?: Json): Promise<Json>;
  /** Entries of the conversation at this path. */
  history(path: string): Promise<Json[]>;
  /** Names of the tools that a model is offered of these. */
  offered(tools: readonly Json[]): Promise<string[]>;
  /** A key of another person: a member of the same workspace where nothing else is said. */
  keyOf(user: string, role?: 'member' | 'workspace_admin'): Promise<Record<string, string>>;
  close(): Promise<void>;
}

export async function openWire(): Promise<Wire> {
  const opened = new AsyncDisposableStack();
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    opened.defer(() => part.close());
    return part;
  };
  const moderator = keep(await openMistralServer({ script: () => ({}), moderate: toScores }));
  const [api, tools, whoami] = await Promise.all([
    openApiServer({ settings: { TRAMONTANE_MODERATION_BASE_URL: moderator.url } }),
    openSdkV2Server({ tools: TOOLS }),
    openWhoami(),
  ]);
  for (const part of [whoami, tools, api]) keep(part);
  let names = 0;
  const says = (words = 'Yes.') => api.models.answers(() => ({ text: words }));
  const send: Wire['send'] = async (method, path, body, headers) => {
    const answer = await api.send(method, path, body, headers);
    if (answer.status >= 400) expectError(answer, answer.status);
    return {
      status: answer.status,
      type: answer.headers.get('content-type') ?? '',
      headers: Object.fromEntries(answer.headers),
      body: answer.json,
      text: answer.text,
    };
  };
  const make: Wire['make'] = async (path, body) => {
    const answer = await send('POST', path, body);
    if (answer.status >= 300) throw new Error(answer.text);
    return record(answer.body);
  };
  return {
    api,
    tools: tools.url,
    whoami,
    send,
    make,
    get: async path => (await send('GET', path)).body,
    says,
    calls: (...wanted) =>
      api.models.answers(request => {
        const told = lastToolTexts(request);
        if (told.length > 0) return { text: `Told: ${told.join(' | ')}` };
        return {
          toolCalls: wanted.map(tool => (typeof tool === 'string' ? { name: tool, arguments: {} } : tool)),
        };
      }),
    agent: async more => await make('/v1/agents', { model: says(), name: 'A', ...more }),
    start: async more => await make('/v1/conversations', withModel({ inputs: 'Hi', ...more }, says)),
    async stream(more, path = '/v1/conversations') {
      const body = path === '/v1/conversations' ? withModel({ inputs: 'Hi', ...more }, says) : more;
      const frames = expectRules((await send('POST', path, { ...body, stream: true })).text);
      // What is not stored has no history.
      const kept = await send('GET', `${pathOf.conversation(frames[0]?.data ?? {})}/history`);
      if (kept.status === 200) expectKeptArguments(frames, records(record(kept.body)['entries']));
      return frames;
    },
    connector: async more =>
      await make('/v1/connectors', {
        name: `wire-${(names += 1)}`,
        description: 'd',
        server: tools.url,
        ...more,
      }),
    history: async path => records(record((await send('GET', `${path}/history`)).body)['entries']),
    async offered(given) {
      const model = says();
      await make('/v1/conversations', { model, inputs: 'Hi', tools: given });
      return (api.models.asked(model)[0]?.tools ?? []).map(({ name }) => name);
    },
    async keyOf(user, role = 'member') {
      const workspace = { organization: 'default', workspace: 'default' };
      return { authorization: `Bearer ${await api.makeKey({ ...workspace, user, role })}` };
    },
    close: () => opened.disposeAsync(),
  };
}

function withModel(body: Json, says: () => string): Json {
  return body['model'] === undefined && body['agent_id'] === undefined ? { model: says(), ...body } : body;
}

function toScores(words: string) {
  const violence = words.includes('fight') ? 0.9 : 0.01;
  return {
    scores: { violence_and_threats: violence },
    flagged: violence > 0.5 ? ['violence_and_threats'] : [],
  };
}

const TOOLS = [
  {
    name: 'look',
    description: 'Looks.',
    inputSchema: { properties: { where: { type: 'string' } } },
    annotations: { readOnlyHint: true },
    handler: ({ where }: Record<string, unknown>) => ({ seen: where ?? 'all' }),
  },
  { name: 'act', title: 'Act', inputSchema: {}, handler: () => 'done' },
  {
    name: 'fails',
    inputSchema: {},
    handler: () => {
      throw new Error('The shelf fell over.');
    },
  },
];

/** Paths of what an answer is about. */
export const pathOf = {
  agent: (agent: Json) => `/v1/agents/${text(agent['id'])}`,
  connector: (connector: Json) => `/v1/connectors/${text(connector['id'])}`,
  conversation: (turn: Json) => `/v1/conversations/${text(turn['conversation_id'])}`,
};

/** Types of events, of which those that follow one another are named once. */
export function eventsOf(frames: readonly Frame[]): string[] {
  return frames.map(({ event }) => event).filter((event, n, all) => event !== all[n - 1]);
}

/** Types of entries. */
export const typesOf = (entries: unknown) => records(entries).map(({ type }) => type);

/** What the events of one type say. */
export const dataOf = (frames: readonly Frame[], event: string) =>
  frames.filter(each => each.event === event).map(({ data }) => data);

/** Entries of a stream, as a client puts them together. */
export const entriesOf = foldFrames;

export const FUNCTION = {
  type: 'function',
  function: { name: 'ask_user', parameters: { type: 'object', properties: {} } },
};
