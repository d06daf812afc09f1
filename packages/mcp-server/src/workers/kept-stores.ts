import { createMemoryRateStore, type Rate, type RateCounter, type Taken } from '@tramontane/guards/limits';
import { createMemoryOnceStore, type Claimed } from '@tramontane/guards/once';
import { createMemoryTaskStore } from '../tasks/memory-task-store.ts';
import type { StoredTask } from '../tasks/task-store.ts';
import type { Task } from '../tasks/task.ts';

/** What the first process remembers for all workers: it outlives each of them. */
export interface KeptStores {
  readonly of: (worker: number) => StoreMethods;
  /** The worker has ended: of its calls under a key nobody knows how far they came, and nobody finishes its tasks. */
  readonly forget: (worker: number) => void;
}

export type StoreMethods = {
  readonly takeRate: (name: string, rate: Rate, key: string) => Promise<Taken>;
  readonly claim: (key: string, argumentsDigest: string) => Promise<Claimed>;
  readonly settle: (key: string, result: string) => Promise<void>;
  readonly release: (key: string) => Promise<void>;
  readonly lose: (key: string) => Promise<void>;
  /** Resolves after a while in any case; whoever waits looks and asks again. */
  readonly claimChanged: (key: string) => Promise<void>;
  readonly createTask: (task: Task) => Promise<void>;
  readonly getTask: (taskId: string) => Promise<StoredTask | undefined>;
  readonly replaceTask: (task: Task, revision: number) => Promise<boolean>;
};

const CHANGED_MS = 30_000;
/** Runners of tasks that have expired by now are forgotten above this many. */
const MOST_RUNNERS = 20_000;

/** @param tellTask a task has changed, whoever may watch it. */
export function createKeptStores(tellTask: (taskId: string) => void): KeptStores {
  const rates = createMemoryRateStore();
  const counters = new Map<string, RateCounter>();
  const counterOf = (name: string, rate: Rate): RateCounter => {
    const key = JSON.stringify([name, rate.amount, rate.seconds]);
    const found = counters.get(key) ?? rates.createCounter(name, rate);
    counters.set(key, found);
    return found;
  };
  const once = createMemoryOnceStore();
  const claims = new Map<string, number>();
  const ended =
    <Rest extends readonly unknown[]>(end: (key: string, ...rest: Rest) => Promise<void>) =>
    (key: string, ...rest: Rest): Promise<void> => {
      claims.delete(key);
      return end(key, ...rest);
    };
  const tasks = createMemoryTaskStore();
  const runners = new Map<string, number>();
  const living = new Set<number>();
  const forgetRunners = async (): Promise<void> => {
    for (const taskId of runners.keys()) if (!(await tasks.get(taskId))) runners.delete(taskId);
  };
  return {
    of: worker => {
      living.add(worker);
      return {
        takeRate: async (name, rate, key) => counterOf(name, rate).take(key),
        claim: async (key, argumentsDigest) => {
          const claimed = await once.claim(key, argumentsDigest);
          if (claimed.kind === 'mine') claims.set(key, worker);
          return claimed;
        },
        settle: ended(once.settle),
        release: ended(once.release),
        lose: ended(once.lose),
        claimChanged: key => once.changed(key, AbortSignal.timeout(CHANGED_MS)),
        createTask: async task => {
          if (runners.size > MOST_RUNNERS) await forgetRunners();
          await tasks.create(task);
          runners.set(task.taskId, worker);
        },
        getTask: async taskId => {
          const found = await tasks.get(taskId);
          return found && { ...found, interrupted: !living.has(runners.get(taskId) ?? 0) };
        },
        replaceTask: async (task, revision) => {
          const replaced = await tasks.replace(task, revision);
          if (replaced) tellTask(task.taskId);
          return replaced;
        },
      };
    },
    forget: worker => {
      living.delete(worker);
      for (const [key, owner] of claims) if (owner === worker) void ended(once.lose)(key);
      for (const [taskId, runner] of runners) if (runner === worker) tellTask(taskId);
    },
  };
}
