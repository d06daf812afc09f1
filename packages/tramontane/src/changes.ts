import { openToolPins, readConfig, type OpenedToolPins } from '@tramontane/agents';
import type { KeysOutput } from './keys.ts';

/** What `tramontane changes …` asked for. */
export type ChangesCommand =
  | { readonly kind: 'changes-list'; readonly json: boolean }
  | { readonly kind: 'changes-approve'; readonly idOrName: string };

type Changed = Awaited<ReturnType<OpenedToolPins['list']>>[number];

/** Reads the arguments after `changes`. */
export function parseChanges(
  args: readonly string[],
): ChangesCommand | { readonly kind: 'mistake'; readonly sentence: string } {
  const [command, name, ...more] = args;
  if (command === 'list' && (name === undefined || name === '--json') && more.length === 0)
    return { kind: 'changes-list', json: name === '--json' };
  if (command === 'approve' && name !== undefined && !name.startsWith('-') && more.length === 0)
    return { kind: 'changes-approve', idOrName: name };
  const sentence = 'changes is followed by list, or by approve and one connector. See tramontane --help.';
  return { kind: 'mistake', sentence };
}

/** Carries out `tramontane changes …` on the database of the settings. Returns the exit code. */
export async function runChanges(
  command: ChangesCommand,
  environment: NodeJS.ProcessEnv,
  { out, say }: Pick<KeysOutput, 'out' | 'say'>,
): Promise<number> {
  const pins = await openToolPins(readConfig(environment));
  try {
    if (command.kind === 'changes-approve') {
      if (await pins.approve(command.idOrName)) {
        say(`What ${command.idOrName} says of its tools now is pinned.`);
        return 0;
      }
      say(
        `No single connector ${command.idOrName} has changes to approve. tramontane changes list shows them.`,
      );
      return 1;
    }
    const found = await pins.list();
    if (command.json) out(JSON.stringify(found.map(toJson), null, 2));
    else if (found.length === 0) say('No tool server says anything else than when it was pinned.');
    else for (const changed of found) out(toText(changed));
    return 0;
  } finally {
    await pins.close();
  }
}

function toJson({ id, name, workspace, pin, changes, marks }: Changed): unknown {
  return { id, name, workspace, seen_at: pin.seenAt?.toISOString() ?? null, changes, marks };
}

function toText({ id, name, workspace, changes, marks }: Changed): string {
  const lines = [`${name} (${id}, workspace ${workspace})`];
  for (const change of changes) {
    if (change.kind === 'renamed') lines.push(`  renamed ${shown(change.from)} to ${shown(change.tool)}`);
    else if (!('fields' in change)) lines.push(`  ${change.kind} ${shown(change.tool)}`);
    else {
      for (const { field, before, after } of change.fields) {
        lines.push(`  changed ${'tool' in change ? `${shown(change.tool)} ` : ''}${field}`);
        lines.push(`    - ${shown(before)}`, `    + ${shown(after)}`);
      }
    }
  }
  for (const { tool, field, kind, found } of marks)
    lines.push(`  look at ${tool === undefined ? '' : `${shown(tool)} `}${field}: ${kind} ${shown(found)}`);
  return lines.join('\n');
}

/** As JSON, with everything that a terminal would not show, or would obey, written out. */
function shown(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e\p{L}\p{N}\p{P}\p{S}\p{Zs}]/gu,
    character => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
