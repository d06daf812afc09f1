import type { Caller } from '@tramontane/guards';
import { elicit, listRoots, sample } from './asking/ask.ts';
import type { Dialect, Dialogue } from './asking/dialogue.ts';
import type {
  ClientDetails,
  GivenInput,
  ReadContext,
  RequestContext,
  ToolContext,
  TraceContext,
} from './call-context.ts';
import type { CallScope } from './call-scope.ts';
import { createCallerLog } from './caller-log.ts';
import { withFields, type Log } from './log.ts';
import { createProgress } from './progress.ts';
import type { RequestMeta } from './request-meta.ts';
import type { InTask } from './tasks/task.ts';
import { readTrace } from './trace-context.ts';

/** One run of a handler: for whom, in which era's words. */
export interface Run {
  readonly params: Readonly<Record<string, unknown>>;
  readonly meta: RequestMeta;
  readonly dialect: Dialect;
  /** Answers that came with the request, or that were asked for since; opened when first needed otherwise. */
  readonly dialogue?: Dialogue | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Present when the handler runs as a task. */
  readonly task?: InTask;
}

/** What the handler works on, for logs: `{ tool: 'add' }`. */
export interface Subject {
  readonly kind: 'tool' | 'prompt' | 'resource';
  readonly name: string;
}

/**
 * The context of every kind of handler. Everything is made when it is first asked for: most handlers look at nothing,
 * and one object is then all that a call costs. Functions do not depend on `this`, so they may be taken out of it.
 */
export class HandlerContext implements ToolContext, ReadContext {
  readonly requestId: string;
  readonly auth?: Caller;
  readonly idempotencyKey?: string;
  readonly uri: string;
  readonly #run: Run;
  readonly #subject: Subject;
  readonly #scope: CallScope;
  readonly #log: Log;
  #dialogue: Dialogue | undefined;
  #madeLog: Log | undefined;
  #madeProgress: RequestContext['progress'] | undefined;
  #over = false;

  constructor(run: Run, subject: Subject, scope: CallScope, log: Log, uri = '') {
    const { meta } = run;
    this.requestId = meta.requestId;
    if (meta.auth) this.auth = meta.auth;
    if (run.idempotencyKey !== undefined) this.idempotencyKey = run.idempotencyKey;
    this.uri = uri;
    this.#run = run;
    this.#subject = subject;
    this.#scope = scope;
    this.#log = log;
    this.#dialogue = run.dialogue;
  }

  get signal(): AbortSignal {
    return this.#scope.signal;
  }

  get client(): ClientDetails {
    return this.#run.dialect.readClient(this.#run.params, this.#run.meta);
  }

  get taskId(): string | undefined {
    return this.#run.task?.taskId;
  }

  get trace(): TraceContext | undefined {
    return readTrace(this.#run.params, this.#run.meta);
  }

  get log(): Log {
    return (this.#madeLog ??= this.#makeLog());
  }

  get progress(): RequestContext['progress'] {
    return (this.#madeProgress ??=
      this.#run.task?.progress ?? createProgress(this.#run.params, json => this.#notify(json)));
  }

  get elicit(): RequestContext['elicit'] {
    const ask = (asked: Parameters<typeof elicit>[1]): Promise<unknown> =>
      this.#scope.waiting(elicit(this.#opened(), asked, this.signal));
    return ask as RequestContext['elicit'];
  }

  get sample(): RequestContext['sample'] {
    return request => this.#scope.waiting(sample(this.#opened(), request, this.signal));
  }

  get listRoots(): RequestContext['listRoots'] {
    return options => this.#scope.waiting(listRoots(this.#opened(), options?.key, this.signal));
  }

  get input(): GivenInput {
    return this.#opened().input;
  }

  get closeStream(): () => void {
    return () => this.#run.meta.closeStream?.();
  }

  /** What it was run with, or has opened since. Not for handlers. */
  get dialogue(): Dialogue | undefined {
    return this.#dialogue;
  }

  /** Nothing may follow a reply on its stream, whatever the handler left running. */
  end(): void {
    this.#over = true;
  }

  #opened(): Dialogue {
    return (this.#dialogue ??= this.#run.dialect.openDialogue(this.#run.params, this.#run.meta));
  }

  #notify(json: string): void {
    if (!this.#over && !this.#scope.signal.aborted) this.#run.meta.notify?.(json);
  }

  #makeLog(): Log {
    const { dialect, params, meta } = this.#run;
    const { kind, name } = this.#subject;
    const own = withFields(this.#log, { requestId: meta.requestId, [kind]: name });
    const level = meta.notify && dialect.readLogLevel(params, meta);
    return level === undefined ? own : createCallerLog(own, name, level, json => this.#notify(json));
  }
}
