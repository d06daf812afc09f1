import { KitError, type KitErrorCode } from '../kit-error.ts';

/** By name. Arguments and results are JSON. */
export type Methods = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Both directions between the first process and one worker. */
export interface Channel<Theirs extends Methods> {
  /**
   * Calls a method of the other side.
   *
   * @throws what the method threw there, as an Error of that message; KitError `workers_failed` when there is no answer
   * within `limitMs`, or the other side is gone.
   */
  readonly ask: <Name extends keyof Theirs & string>(
    name: Name,
    args: Parameters<Theirs[Name]>,
    limitMs?: number,
  ) => Promise<Awaited<ReturnType<Theirs[Name]>>>;
  /** As above, and nobody waits for it. */
  readonly tell: <Name extends keyof Theirs & string>(name: Name, args: Parameters<Theirs[Name]>) => void;
  /** Takes a message from the other side; any other is left alone. */
  readonly receive: (message: unknown) => void;
  /** Fails what waits for an answer. */
  readonly close: () => void;
}

/** Marks our messages among those of the cluster module and of the program itself. */
const MARK = 'tramontane:workers';
const LIMIT_MS = 5000;

type Message =
  | { readonly mark: typeof MARK; readonly kind: 'ask'; readonly id?: number; name: string; args: never[] }
  | { readonly mark: typeof MARK; readonly kind: 'answer'; readonly id: number; value?: unknown }
  | { readonly mark: typeof MARK; readonly kind: 'fault'; readonly id: number; fault: Fault };

interface Fault {
  readonly message: string;
  readonly code?: KitErrorCode;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** @param send never throws; a message that cannot be sent any more is dropped. */
export function createChannel<Theirs extends Methods>(
  send: (message: object) => void,
  ours: Methods,
): Channel<Theirs> {
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let closed = false;
  const post = (message: Message): void => {
    if (!closed) send(message);
  };
  const answer = async ({ id, name, args }: Message & { kind: 'ask' }): Promise<void> => {
    try {
      const value = await ours[name]?.(...args);
      if (id !== undefined) post({ mark: MARK, kind: 'answer', id, value });
    } catch (error) {
      if (id !== undefined) post({ mark: MARK, kind: 'fault', id, fault: toFault(error) });
    }
  };
  const ask = async (name: string, args: readonly unknown[], limitMs = LIMIT_MS): Promise<unknown> => {
    const id = (asked += 1);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const gone = (why: string): void => reject(new KitError('workers_failed', `${name}: ${why}.`));
    if (closed) gone('the other process has ended');
    const timer = setTimeout(() => gone(`no answer within ${limitMs} ms`), limitMs);
    waiting.set(id, { resolve, reject });
    post({ mark: MARK, kind: 'ask', id, name, args: args as never[] });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      waiting.delete(id);
    }
  };
  return {
    ask: ask as Channel<Theirs>['ask'],
    tell: (name, args) => post({ mark: MARK, kind: 'ask', name, args }),
    receive: given => {
      if (!isOurs(given)) return;
      if (given.kind === 'ask') return void answer(given);
      const found = waiting.get(given.id);
      if (given.kind === 'answer') found?.resolve(given.value);
      else found?.reject(toError(given.fault));
    },
    close: () => {
      closed = true;
      for (const { reject } of waiting.values()) {
        reject(new KitError('workers_failed', 'The other process has ended.'));
      }
    },
  };
}

function isOurs(message: unknown): message is Message {
  return typeof message === 'object' && message !== null && 'mark' in message && message.mark === MARK;
}

function toFault(error: unknown): Fault {
  if (error instanceof KitError) return { message: error.message, code: error.code };
  return { message: error instanceof Error ? error.message : String(error) };
}

function toError({ message, code }: Fault): Error {
  return code === undefined ? new Error(message) : new KitError(code, message);
}
