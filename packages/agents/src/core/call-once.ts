import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from './api-error.ts';
import type { Caller } from './caller.ts';
import { createUuid } from './ids.ts';
import { ToolServerFailure, type ToolAnswer } from './tool-servers.ts';
import {
  usedElsewhere,
  type Asked,
  type ClaimedCall,
  type RequestKey,
  type RequestKeyStore,
} from './request-key.ts';
import { waitAtMost } from './wait-at-most.ts';

/** A call of a tool that may leave: everything about it was checked. */
export interface ReadyCall {
  /** Sent again under the same key it does nothing twice, and its server is trusted to know that. */
  readonly repeatable: boolean;
  /** @param key Tells the tool's server that two calls are one. */
  readonly send: (key: string, signal: AbortSignal) => Promise<ToolAnswer>;
}

/** Direct calls of tools under idempotency keys: each is made once, and its answer is the answer to all who ask. */
export interface CallsOnce {
  /** @param prepare Checks the call. Not asked where the answer is known. */
  call(
    caller: Caller,
    asked: Asked & { readonly key: RequestKey },
    tool: string,
    prepare: () => Promise<ReadyCall>,
  ): Promise<ToolAnswer>;
  /** Waits for calls to end, at most `graceMs`; the rest is stopped. */
  close(graceMs: number): Promise<void>;
}

/** No call takes longer than its tool may; what is still there after that has lost its process or its database. */
const SPARE_MS = 60_000;
const LOOK_MS: readonly number[] = [20, 50, 100, 250];
/** Characters of an answer that is kept. */
const MOST_ANSWER = 8 * 1024 * 1024;

type Kept = { readonly answer: ToolAnswer } | { readonly tooLong: number };

export function openCallsOnce(ports: {
  readonly requestKeys: RequestKeyStore;
  /** The absolute limit of a call, of whichever tool server has the highest. */
  readonly longestCallMs: number;
  /** The end of a call could not be written. */
  readonly onError: (error: unknown) => void;
}): CallsOnce {
  const { requestKeys: keys, onError } = ports;
  const stop = new AbortController();
  const running = new Set<Promise<unknown>>();
  let closing = false;

  const send = async (claimed: ClaimedCall, call: ReadyCall, callKey: string): Promise<ToolAnswer> => {
    let answer: ToolAnswer;
    try {
      // Not the caller's signal: who goes away and comes back with the key has the answer of this call.
      answer = await call.send(callKey, stop.signal);
    } catch (error) {
      const left = !(error instanceof ToolServerFailure) || error.mayHaveRun;
      await (left ? claimed.lose() : claimed.release()).catch(onError);
      throw error;
    }
    if (call.repeatable && saysNotRun(answer)) {
      await claimed.release().catch(onError);
      return answer;
    }
    const { length } = JSON.stringify(answer);
    const kept: Kept = length > MOST_ANSWER ? { tooLong: length } : { answer };
    await claimed.settle(kept).catch(onError);
    return answer;
  };
  const carry = async (claimed: ClaimedCall, call: ReadyCall, callKey: string): Promise<ToolAnswer> => {
    const work = send(claimed, call, callKey);
    const ended: Promise<unknown> = work.catch(() => undefined).finally(() => running.delete(ended));
    running.add(ended);
    return work;
  };
  return {
    async call(caller, { key, signal }, tool, prepare) {
      const late = AbortSignal.timeout(ports.longestCallMs + SPARE_MS);
      for (let time = 0; ; time += 1) {
        const kept = await keys.findCall(caller, key);
        if (!kept) {
          const call = await prepare();
          const callKey = createUuid();
          const claimed = await keys.claimCall(caller, key, { callKey, repeatable: call.repeatable });
          if (!claimed) continue;
          if (!closing) return carry(claimed, call, callKey);
          await claimed.release();
          throw stopping();
        }
        switch (kept.kind) {
          case 'other_request':
            throw usedElsewhere(kept);
          case 'done':
            return toAnswer(kept.result as Kept, tool);
          case 'broken_off': {
            if (!kept.repeatable) throw lost(tool);
            const call = await prepare();
            // What its server says of the tool may have changed since.
            if (!call.repeatable) throw lost(tool);
            const claimed = await keys.takeCallOver(key, kept.attempt);
            if (!claimed) break;
            if (!closing) return carry(claimed, call, kept.callKey);
            await claimed.lose();
            throw stopping();
          }
          case 'running': {
            if (late.aborted || closing || signal.aborted) throw stillRunning(tool);
            const ms = LOOK_MS[Math.min(time, LOOK_MS.length - 1)];
            await sleep(ms, undefined, { signal }).catch(() => undefined);
          }
        }
      }
    },
    async close(graceMs) {
      closing = true;
      await waitAtMost(graceMs, Promise.all(running));
      stop.abort(new Error('The server is stopping.'));
      await Promise.all(running);
    },
  };
}

/** Servers made with the kit say so while they cannot look their keys up, and ask to try again with the same key. */
function saysNotRun({ isError, meta }: ToolAnswer): boolean {
  return isError && meta?.['io.tramontane/once'] === 'unavailable';
}

function toAnswer(kept: Kept, tool: string): ToolAnswer {
  if ('answer' in kept) return kept.answer;
  throw new ApiError(
    'lost',
    `The call of tool ${JSON.stringify(tool)} has run, and its result of ${kept.tooLong} characters was too long to be kept.`,
  );
}

function stopping(): ApiError {
  return new ApiError('stopping', 'The server is stopping. Ask again in a moment with the same key.');
}

function lost(tool: string): ApiError {
  return new ApiError(
    'lost',
    `A call of tool ${JSON.stringify(tool)} with this key was begun and broke off: it may have had its effect, so it was not ` +
      'run again. Find out what happened, then use a new key.',
  );
}

function stillRunning(tool: string): ApiError {
  return new ApiError(
    'still_running',
    `The first call of tool ${JSON.stringify(tool)} with this key is still running. Ask again with the same key.`,
  );
}
