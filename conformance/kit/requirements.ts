import { runTool } from './run-tool.ts';

export const REVISIONS = ['2025-11-25', '2026-07-28'] as const;
export type Revision = (typeof REVISIONS)[number];

export type Side = 'server' | 'client';

/** The scenarios that conformance of one side to a revision requires; the kit runs more and scores these. */
export async function readScored(revision: Revision, side: Side): Promise<readonly string[]> {
  const { output } = await runTool(['list', '--requirements', revision]);
  const heading = side === 'server' ? /^Server scenarios.*$/m : /^Client scenarios.*$/m;
  const [, section = ''] = output.split(heading);
  const names: string[] = [];
  for (const line of section.split('\n').slice(1)) {
    const name = /^ {2}- (\S+)$/.exec(line)?.[1];
    if (name === undefined) break;
    names.push(name);
  }
  if (names.length === 0)
    throw new Error(`The conformance kit lists no ${side} scenarios for ${revision}:\n${output}`);
  return names;
}

/** What the kit runs of a side and never scores: extensions, and scenarios that came after the revision. */
export async function readUnscored(revision: Revision, side: Side): Promise<readonly string[]> {
  const { output } = await runTool(['list', '--requirements', revision]);
  return [...output.matchAll(/^ +- (\S+) \[(server|client)\]$/gm)].flatMap(([, name = '', of]) =>
    of === side ? [name] : [],
  );
}
