import { runTool } from './run-tool.ts';

export const REVISIONS = ['2025-11-25', '2026-07-28'] as const;
export type Revision = (typeof REVISIONS)[number];

/** The scenarios that conformance of a server to a revision requires; the kit runs more and scores these. */
export async function readScored(revision: Revision): Promise<readonly string[]> {
  const { output } = await runTool(['list', '--requirements', revision]);
  const [, section = ''] = output.split(/^Server scenarios.*$/m);
  const names: string[] = [];
  for (const line of section.split('\n').slice(1)) {
    const name = /^ {2}- (\S+)$/.exec(line)?.[1];
    if (name === undefined) break;
    names.push(name);
  }
  if (names.length === 0)
    throw new Error(`The conformance kit lists no scenarios for ${revision}:\n${output}`);
  return names;
}
