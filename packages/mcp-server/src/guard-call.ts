import type { Caller, CallOutcome, GuardedCall, GuardedTool, HeaderLookup, Visit } from '@tramontane/guards';
import type { ToolCall, ToolOutcome } from './call-tool.ts';
import type { Catalogue } from './definition/catalogue.ts';
import { failed, INTERNAL_ERROR } from './failure.ts';
import type { Log } from './log.ts';
import type { MaybePromise } from './maybe-promise.ts';

/** Runs a call inside the guards of the way it came; without any it costs nothing. Never throws or rejects. */
export function guardCall(
  catalogue: Catalogue,
  call: ToolCall,
  log: Log,
  run: (call: ToolCall) => MaybePromise<ToolOutcome>,
): MaybePromise<ToolOutcome> {
  const guard = call.meta.visit?.call;
  if (guard === undefined) return run(call);
  const toBroken = (error: unknown): ToolOutcome => {
    log.error({ requestId: call.meta.requestId, tool: call.name, err: error }, 'A guard failed.');
    return failed('internal', INTERNAL_ERROR);
  };
  try {
    const guarded = guard(new CallInGuards(call, catalogue), signal =>
      run(signal === undefined ? call : { ...call, meta: { ...call.meta, signal } }),
    );
    return guarded instanceof Promise ? guarded.then(toOutcome, toBroken) : toOutcome(guarded);
  } catch (error) {
    return toBroken(error);
  }
}

/** Guards hand on outcomes of `run`, or make failed ones and results of their own. */
function toOutcome(outcome: CallOutcome): ToolOutcome {
  return outcome as ToolOutcome;
}

/** What few guards look at is made when one does. */
class CallInGuards implements GuardedCall {
  readonly name: string;
  readonly tool: GuardedTool | undefined;
  readonly #call: ToolCall;

  constructor(call: ToolCall, { tools }: Catalogue) {
    this.name = call.name;
    this.tool = tools.get(call.name)?.guarded;
    this.#call = call;
  }

  get requestId(): string {
    return this.#call.meta.requestId;
  }

  get visit(): Visit | undefined {
    return this.#call.meta.visit;
  }

  get args(): GuardedCall['args'] {
    return this.#call.args;
  }

  get caller(): Caller | undefined {
    return this.#call.meta.auth;
  }

  get address(): string | undefined {
    return this.#call.meta.visit?.address;
  }

  get header(): HeaderLookup | undefined {
    return this.#call.meta.header;
  }

  get meta(): GuardedCall['meta'] {
    const { _meta } = this.#call.params;
    return typeof _meta === 'object' && _meta !== null ? (_meta as GuardedCall['meta']) : undefined;
  }

  get idempotencyKey(): string | undefined {
    return this.#call.idempotencyKey;
  }

  get signal(): AbortSignal {
    return this.#call.meta.signal;
  }
}
