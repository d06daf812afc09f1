import type { Caller, Guards } from '@tramontane/guards';
import { toLocalVisit } from '../duplex/local-visit.ts';
import { openMessageConnection } from '../duplex/message-connection.ts';
import { isRecord, type RequestId } from '../engine/rpc.ts';
import { KitError } from '../kit-error.ts';
import type { McpServer } from '../server.ts';
import { createInbox, type Inbox } from './inbox.ts';
import type { AnswerQuestion, Json, ServerQuestion } from './test-client-types.ts';

/** The server answered with an error of the protocol. */
export class TestRpcError extends KitError {
  declare readonly code: 'rpc_error';
  /** JSON-RPC's number, such as -32602. */
  readonly rpcCode: number;
  readonly data: unknown;

  constructor({ code, message, data }: Json) {
    super('rpc_error', String(message));
    this.name = 'TestRpcError';
    this.rpcCode = Number(code);
    this.data = data;
  }
}

export interface TestPeerOptions {
  readonly auth: Caller | undefined;
  readonly guards: Guards | undefined;
  readonly answer: AnswerQuestion | undefined;
}

/** The other end of a connection: requests out, answers and notifications in, and the server's own questions. */
export interface TestPeer {
  readonly inbox: Inbox;
  request(method: string, params: Json, signal: AbortSignal | undefined): Promise<Json>;
  notify(method: string, params?: Json): void;
  /** @throws KitError `client_failed` when there is nobody to answer. */
  answer(question: ServerQuestion): Promise<Json>;
  close(): void;
}

export function openTestPeer(server: McpServer, options: TestPeerOptions): TestPeer {
  const { auth } = options;
  const visit = toLocalVisit(options.guards, auth);
  const waiting = new Map<RequestId, PromiseWithResolvers<Json>>();
  const inbox = createInbox();
  let nextId = 0;

  const receive = ({ id, method, params = {}, result, error }: Json): void => {
    if (typeof method !== 'string') {
      const waiter = waiting.get(id as RequestId);
      waiting.delete(id as RequestId);
      if (isRecord(error)) waiter?.reject(new TestRpcError(error));
      else waiter?.resolve(result as Json);
    } else if (id === undefined) {
      inbox.add({ method, params: params as Json });
    } else {
      void answerRequest(id, { method, params: params as Json });
    }
  };
  const connection = openMessageConnection(server, {
    send: json => receive(JSON.parse(json) as Json),
    ...(auth && { auth }),
    ...(visit && { visit }),
  });
  const post = (message: object): void => connection.receive(JSON.stringify({ jsonrpc: '2.0', ...message }));
  const answer = async (question: ServerQuestion): Promise<Json> => {
    if (options.answer) return options.answer(question);
    throw new KitError(
      'client_failed',
      `The server asks ${question.method}, and the test client has no "answer" for it. Give one to openTestClient.`,
    );
  };
  /** In a session of 2025 the server sends requests of its own. */
  const answerRequest = async (id: unknown, question: ServerQuestion): Promise<void> => {
    try {
      post({ id, result: question.method === 'ping' ? {} : await answer(question) });
    } catch (error) {
      post({ id, error: { code: -32603, message: error instanceof Error ? error.message : String(error) } });
    }
  };
  return {
    inbox,
    answer,
    notify: (method, params) => post({ method, params }),
    request: async (method, params, signal) => {
      signal?.throwIfAborted();
      const id = (nextId += 1);
      const waiter = Promise.withResolvers<Json>();
      waiting.set(id, waiter);
      const abort = (): void => {
        post({ method: 'notifications/cancelled', params: { requestId: id } });
        waiting.delete(id);
        waiter.reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort);
      post({ id, method, params });
      try {
        return await waiter.promise;
      } finally {
        signal?.removeEventListener('abort', abort);
      }
    },
    close: () => {
      connection.close();
      const closed = new KitError('client_failed', 'The test client is closed.');
      for (const waiter of waiting.values()) waiter.reject(closed);
      waiting.clear();
      inbox.close(closed);
    },
  };
}
