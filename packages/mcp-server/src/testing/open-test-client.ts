import type { Caller, Guards } from '@tramontane/guards';
import { KitError } from '../kit-error.ts';
import type { McpServer } from '../server.ts';
import { createFrames, type TestEra } from './frames.ts';
import type {
  AnswerQuestion,
  Json,
  ListedTool,
  ServerQuestion,
  TestCallOptions,
  TestNotification,
  TestPrompt,
  TestReadResult,
  TestToolResult,
} from './test-client-types.ts';
import { openTestPeer } from './test-peer.ts';
import { toPrompt, toReadResult, toToolResult } from './test-results.ts';

export interface TestClientOptions {
  /** Who the server takes the client for; nobody unless given. */
  readonly auth?: Caller;
  /** Calls go through them; nobody is refused for want of credentials. */
  readonly guards?: Guards;
  /** The generation of the protocol to speak; 2026-07-28 unless given. */
  readonly era?: TestEra;
  /** Answers elicitations, sampling and roots. Given, the client declares that it can do all three. */
  readonly answer?: AnswerQuestion;
  /** Declared instead of what `answer` stands for. */
  readonly capabilities?: Json;
}

/** A client in the same process. Everything goes through the protocol, nothing through a port. */
export interface TestClient {
  /** All pages. */
  listTools(): Promise<readonly ListedTool[]>;
  callTool<Structured = unknown>(
    name: string,
    args?: object,
    options?: TestCallOptions,
  ): Promise<TestToolResult<Structured>>;
  listResources(): Promise<readonly Json[]>;
  listResourceTemplates(): Promise<readonly Json[]>;
  readResource(uri: string, options?: TestCallOptions): Promise<TestReadResult>;
  listPrompts(): Promise<readonly Json[]>;
  getPrompt(
    name: string,
    args?: Readonly<Record<string, string>>,
    options?: TestCallOptions,
  ): Promise<TestPrompt>;
  /** Any method; the result as it came. */
  request(method: string, params?: Json, options?: TestCallOptions): Promise<Json>;
  /** Everything the server sent that was no answer, in order. */
  readonly notifications: readonly TestNotification[];
  /** Resolves with the next notification of this method, or one that came already and was not taken yet. */
  nextNotification(method: string): Promise<TestNotification>;
  /** Ends like a client that goes away. */
  close(): Promise<void>;
}

/** Of rounds in which the server asks and the client calls again; one more is a server that never has enough. */
const MAX_ROUNDS = 16;

/**
 * Opens a client on a server, in memory.
 *
 * ```ts
 * await using client = await openTestClient(server);
 * const { structuredContent } = await client.callTool('add', { a: 1, b: 2 });
 * ```
 *
 * Its requests throw `TestRpcError` for errors of the protocol, such as an unknown tool. A tool that fails is a result
 * with `isError`.
 */
export async function openTestClient(
  server: McpServer,
  options: TestClientOptions = {},
): Promise<TestClient & AsyncDisposable> {
  const { answer, auth, guards, era = '2026-07-28' } = options;
  const capabilities =
    options.capabilities ?? (answer ? { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} } : {});
  const frames = createFrames(era, capabilities);
  const peer = openTestPeer(server, { auth, guards, answer });

  /** With the answers the server wants on the way (2026-07-28, "Multi Round-Trip Requests"). */
  const request = async (method: string, params: Json = {}, call: TestCallOptions = {}): Promise<Json> => {
    let round: Json = {};
    for (let rounds = 0; rounds < MAX_ROUNDS; rounds += 1) {
      const result = await peer.request(
        method,
        frames.toParams({ ...params, ...round }, call.meta),
        call.signal,
      );
      if (result['resultType'] !== 'input_required') return result;
      const { inputRequests = {}, requestState } = result;
      const answers = Object.entries(inputRequests as Readonly<Record<string, ServerQuestion>>).map(
        async ([key, question]) => [key, await peer.answer(question)] as const,
      );
      round = {
        inputResponses: Object.fromEntries(await Promise.all(answers)),
        ...(requestState !== undefined && { requestState }),
      };
    }
    throw new KitError('client_failed', `The server asked ${MAX_ROUNDS} times for one call of ${method}.`);
  };
  const listAll = async (method: string, field: string): Promise<readonly Json[]> => {
    const entries: Json[] = [];
    let cursor: unknown;
    do {
      const page = await request(method, cursor === undefined ? {} : { cursor });
      entries.push(...(page[field] as Json[]));
      cursor = page['nextCursor'];
    } while (cursor !== undefined);
    return entries;
  };
  const close = async (): Promise<void> => peer.close();

  if (frames.initialize) {
    await request('initialize', frames.initialize);
    peer.notify('notifications/initialized');
  }
  return {
    notifications: peer.inbox.all,
    nextNotification: method => peer.inbox.take(method),
    request,
    close,
    [Symbol.asyncDispose]: close,
    listTools: async () => (await listAll('tools/list', 'tools')) as unknown as readonly ListedTool[],
    listResources: () => listAll('resources/list', 'resources'),
    listResourceTemplates: () => listAll('resources/templates/list', 'resourceTemplates'),
    listPrompts: () => listAll('prompts/list', 'prompts'),
    callTool: async <Structured>(name: string, args: object = {}, call?: TestCallOptions) =>
      toToolResult<Structured>(await request('tools/call', { name, arguments: args }, call)),
    readResource: async (uri, call) => toReadResult(await request('resources/read', { uri }, call)),
    getPrompt: async (name, args = {}, call) =>
      toPrompt(await request('prompts/get', { name, arguments: args }, call)),
  };
}
