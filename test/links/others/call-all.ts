import type { Connections, Progress, ServerTarget, ToolListing, ToolResult } from '@tramontane/mcp-client';
import { expect } from 'vitest';

/** A call of a tool of others, and what of its answer is known beforehand. */
export interface KnownCall {
  readonly arguments?: Record<string, unknown>;
  readonly answer: {
    readonly isError?: boolean;
    readonly content?: readonly unknown[];
    readonly structuredContent?: unknown;
  };
  readonly progress?: readonly number[];
}

export type KnownCalls = Readonly<Record<string, KnownCall>>;

export const text = (value: unknown): object => ({ type: 'text', text: value });
/** The answer of a tool that has said what is wrong. */
export const failed = (part: string): KnownCall['answer'] => ({
  isError: true,
  content: [text(expect.stringContaining(part))],
});

/** The server's tools are those of the table, and each gives the answer of the table; all are called at once. */
export async function callAll(
  connections: Connections,
  target: ServerTarget,
  calls: KnownCalls,
): Promise<ToolListing> {
  const listing = await connections.listTools(target, { signal: AbortSignal.timeout(60_000) });
  expect(listing.problems).toEqual([]);
  expect(listing.tools.map(({ name }) => name).toSorted()).toEqual(Object.keys(calls).toSorted());
  const done = await Promise.all(
    Object.entries(calls).map(async ([name, known]) => {
      const progress: number[] = [];
      const result = await callOne(connections, target, name, known.arguments ?? {}, report => {
        progress.push(report.progress);
      });
      return { name, known, result, progress };
    }),
  );
  for (const { name, known, result, progress } of done) {
    expect({ name, ...result }).toMatchObject({ name, isError: false, ...known.answer });
    if (known.progress !== undefined) expect({ name, progress }).toEqual({ name, progress: known.progress });
  }
  expect(await callOne(connections, target, 'no_such_tool', {})).toMatchObject(failed('no_such_tool'));
  return listing;
}

async function callOne(
  connections: Connections,
  target: ServerTarget,
  name: string,
  args: Record<string, unknown>,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<ToolResult> {
  const signal = AbortSignal.timeout(60_000);
  return connections.callTool(target, { name, arguments: args, idempotencyKey: name, signal, onProgress });
}
