import { KitError } from '../kit-error.ts';

const MOST_WORKERS = 512;
const FLAG = '--workers';

/**
 * Reads how many workers are wanted: `--workers 4` or `--workers=4`, else `WORKERS`, else 1.
 *
 * @param argv as of `process.argv`.
 * @throws KitError `definition_invalid`
 */
export function parseWorkerCount(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): number {
  const [name, given] = findFlag(argv) ?? ['WORKERS', environment['WORKERS']?.trim() || '1'];
  const count = Number(given);
  if (/^\d+$/.test(given) && count >= 1 && count <= MOST_WORKERS) return count;
  throw new KitError(
    'definition_invalid',
    `${name} is ${JSON.stringify(given)}. Give the number of processes that serve, from 1 to ${MOST_WORKERS}.`,
  );
}

function findFlag(argv: readonly string[]): readonly [string, string] | undefined {
  for (const [index, word] of argv.entries()) {
    if (word === FLAG) return [FLAG, argv[index + 1] ?? ''];
    if (word.startsWith(`${FLAG}=`)) return [FLAG, word.slice(FLAG.length + 1)];
  }
  return undefined;
}
