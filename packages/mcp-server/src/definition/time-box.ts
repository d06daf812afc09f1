import type { Context, Script } from 'node:vm';

/** Runs something that does not wait, and stops it in the middle when it takes too long: also a regular expression. */
export interface TimeBox {
  /** `undefined` when it took more than `limitMs`. */
  run<Value>(work: () => Value, limitMs: number): { readonly value: Value } | undefined;
}

/** Costs some 0.1 ms a run, for the thread that keeps the time. */
export function createTimeBox(): TimeBox {
  // Made when first needed: few servers need one.
  let made: { readonly context: Context; readonly script: Script } | undefined;
  return {
    run: <Value>(work: () => Value, limitMs: number) => {
      const vm = process.getBuiltinModule('node:vm');
      made ??= { context: vm.createContext({}), script: new vm.Script('work()') };
      const { context, script } = made;
      let done: { readonly value: Value } | undefined;
      context['work'] = () => {
        done = { value: work() };
      };
      try {
        script.runInContext(context, { timeout: limitMs });
      } catch (error) {
        if (!isTimeout(error)) throw error;
      } finally {
        // Otherwise the last value stays in memory.
        context['work'] = undefined;
      }
      return done;
    },
  };
}

/** It is an Error of the other context, which is none of this one. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
