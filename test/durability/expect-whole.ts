import { expect } from 'vitest';
import type { Effect, ToolEffects } from './tool-effects.ts';
import type { Walk } from './kill-rig.ts';

/** What holds wherever a run was cut. */
export function expectWhole(walked: Walk): void {
  expect(walked.problems).toEqual([]);
  expect(walked.events[0]?.type).toBe('run.started');
}

/** How a call ended, as the history tells it, and what the tool server saw of it. */
export function endOf(
  walked: Walk,
  step: number,
  effects: ToolEffects,
): { status: string | undefined; effect: Effect | undefined } {
  const entry = walked.history.find(({ arguments: args }) => args?.includes(`"step":${step},`));
  return {
    status: entry?.info?.status,
    effect: effects.byKey.get(`${walked.runId}:${entry?.info?.tool_call_id}`),
  };
}
