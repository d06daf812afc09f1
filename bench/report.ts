import { availableParallelism, cpus, loadavg } from 'node:os';
import { canPin } from './process-pinning.ts';
import { holds, type Ratio, type WorkResult } from './result.ts';
import type { Pace } from './rounds.ts';

export interface Report {
  readonly takenAt: string;
  readonly machine: object;
  readonly pace: Pace;
  readonly ratios: readonly (Ratio & { readonly holds: boolean | undefined })[];
  readonly skipped: readonly string[];
  readonly figures: Readonly<Record<string, unknown>>;
}

export function toReport(results: readonly WorkResult[], pace: Pace): Report {
  return {
    takenAt: new Date().toISOString(),
    machine: {
      cores: availableParallelism(),
      cpu: cpus()[0]?.model,
      node: process.version,
      pinned: canPin(),
      loadAverage: loadavg().map(load => Math.round(load * 10) / 10),
    },
    pace,
    ratios: results.flatMap(result => result.ratios).map(ratio => ({ ...ratio, holds: holds(ratio) })),
    skipped: results.flatMap(result => result.skipped),
    figures: Object.assign({}, ...results.map(result => result.figures)) as Record<string, unknown>,
  };
}

/** For people: aligned as markdown wants it. */
export function toTable({ ratios }: Report): string {
  const rows = ratios.map(ratio => [
    ratio.work,
    ratio.of,
    `${ratio.ratio}${ratio.byCpu === undefined ? '' : ` (${ratio.byCpu})`}`,
    describeWanted(ratio),
    ratio.holds === undefined ? (ratio.note ?? '') : ratio.holds ? 'yes' : 'NO',
  ]);
  const head = ['work', 'ratio of', 'ratio (by CPU time)', 'wanted', 'holds'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map(row => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function describeWanted({ wanted }: Ratio): string {
  if (wanted === undefined) return '';
  return 'atLeast' in wanted ? `at least ${wanted.atLeast}` : `at most ${wanted.atMost}`;
}
