import { defineTool, type Tool } from '../definition/define-tool.ts';
import { ToolError } from '../kit-error.ts';
import type { Saga } from './define-saga.ts';
import type { Sagas } from './open-sagas.ts';
import type { SagaView } from './saga-view.ts';

const WAIT_MS = 60_000;

/**
 * The tool that starts a saga and waits for its end. As a task the saga has the task's id, and outlives the process with
 * it; otherwise it goes on when its caller stops waiting, and the same idempotency key finds it again.
 */
export function toSagaTool(saga: Saga, sagas: Pick<Sagas, 'start' | 'wait'>): Tool {
  const { name, title, description, annotations, input, output, waitMs = WAIT_MS } = saga;
  return defineTool({
    name,
    description,
    ...(title !== undefined && { title }),
    annotations: { readOnlyHint: false, ...annotations },
    input,
    ...(output && { output }),
    idempotent: true,
    task: 'optional',
    beforeTask: () => {},
    handler: async (given, { auth, idempotencyKey, taskId, progress, signal }) => {
      const { id } = await sagas.start(name, {
        input: given,
        owner: auth?.fingerprint ?? '',
        ...(idempotencyKey !== undefined && { idempotencyKey }),
        ...(taskId !== undefined && { id: taskId }),
      });
      const patience = taskId === undefined ? AbortSignal.any([signal, AbortSignal.timeout(waitMs)]) : signal;
      let told = -1;
      const changed = (view: SagaView): void => {
        if (view.direction !== 'forward' || view.done.length <= told) return;
        told = view.done.length;
        progress(told, view.steps, view.done.at(-1) ?? 'started');
      };
      try {
        return toAnswer(await sagas.wait(id, patience, changed));
      } catch (error) {
        signal.throwIfAborted();
        if (!patience.aborted) throw error;
        throw new ToolError(stillRunning(name, id, idempotencyKey), { code: 'timed_out', cause: error });
      }
    },
  });
}

/** @throws ToolError that a model can read when the saga was taken back or is parked. */
export function toAnswer(view: SagaView): unknown {
  if (view.status === 'completed') return view.result;
  const why = toSentence(view.problem ?? 'It failed');
  if (view.status === 'compensated') {
    const undone = view.compensated.length > 0 ? ` Taken back: ${view.compensated.join(', ')}.` : '';
    throw new ToolError(`${view.name} was not done. ${why}${undone} Nothing is left in between.`);
  }
  const { step = '', error = '' } = view.parked ?? {};
  throw new ToolError(
    `${view.name} was not done. ${why} Taking back ${step} failed too: ${toSentence(error)} ` +
      `A person has to look at saga ${view.id} and try again; do not call the tool again for the same thing.`,
  );
}

function toSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function stillRunning(name: string, id: string, key: string | undefined): string {
  const again =
    key === undefined
      ? 'Calling again would begin another one.'
      : 'Call again with the same idempotency key to wait for it.';
  return `${name} goes on as saga ${id} and has not ended yet. ${again}`;
}
