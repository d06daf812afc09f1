import type { RunPorts } from './drive-run.ts';
import type { RunDelta, ToolCall } from './events.ts';
import type { ContentDelta, ModelAnswer } from './model.ts';
import { waits } from './state.ts';

interface Told {
  readonly call: ToolCall;
  readonly beforeWords: boolean;
}

/**
 * An answer while the model still gives it: what is told of it early, and its calls once it is whole.
 *
 * Of calls only those are told that will run by themselves. A function's caller acts on a call, so that one is told when
 * it is written down; a handoff and a tool that does not exist have no arguments to show. Entries of a stream have the
 * order of the answer: after the first call that is not told, none that was begun later is.
 * @param runsCalls False: the answer's calls will not be made, and none is told.
 */
export function hearAnswer(
  { entryId, ...by }: Pick<RunDelta, 'entryId' | 'model' | 'agentId'>,
  runsCalls: boolean,
  ports: Pick<RunPorts, 'createId' | 'routeOf'>,
  tell: (delta: RunDelta) => void,
) {
  const told = new Map<number, Told>();
  let spoken = false;
  let tellsMore = runsCalls;

  const begin = (delta: ContentDelta & { kind: 'call' }): Told | undefined => {
    const call = toCall({ name: delta.name, arguments: '' }, ports);
    tellsMore &&= call.target.kind === 'connector' && !waits(call);
    return tellsMore ? { call, beforeWords: !spoken } : undefined;
  };

  return {
    hear: (delta: ContentDelta): void => {
      if (delta.kind !== 'call') {
        spoken = true;
        tell({ type: 'message.delta', entryId, ...by, ...delta });
        return;
      }
      const { call: number, text } = delta;
      const known = told.get(number) ?? (tellsMore ? begin(delta) : undefined);
      if (!known) return;
      const call = { ...known.call, arguments: known.call.arguments + text };
      told.set(number, { ...known, call });
      const { callId, name, target } = call;
      tell({ type: 'call.delta', entryId: call.entryId, callId, name, target, text, ...by });
    },
    /**
     * The calls of the whole answer: what was told keeps the ids it was told with.
     * `afterCalls`: how many of them were told before the first word.
     */
    end(answer: Pick<ModelAnswer, 'calls'>): { calls: ToolCall[]; afterCalls: number } {
      const all = answer.calls.map(({ call: number, ...whole }) => {
        const known = number === undefined ? undefined : told.get(number);
        // A vendor that says something else in the end than it said in pieces has made another call.
        const same = known?.call.name === whole.name && whole.arguments.startsWith(known.call.arguments);
        return same
          ? { call: { ...known.call, arguments: whole.arguments }, beforeWords: known.beforeWords }
          : { call: toCall(whole, ports), beforeWords: false };
      });
      const later = all.findIndex(({ beforeWords }) => !beforeWords);
      return { calls: all.map(({ call }) => call), afterCalls: later === -1 ? all.length : later };
    },
  };
}

function toCall(
  call: { readonly name: string; readonly arguments: string },
  ports: Pick<RunPorts, 'createId' | 'routeOf'>,
): ToolCall {
  const route = ports.routeOf(call.name);
  const kind = waits(route) ? 'functionCall' : route.target.kind === 'handoff' ? 'handoff' : 'toolExecution';
  return { entryId: ports.createId(kind), callId: ports.createId('call'), ...call, ...route };
}
