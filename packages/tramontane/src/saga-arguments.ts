import { parseArgs } from 'node:util';

/** What `tramontane sagas …` asked for. */
export type SagasCommand =
  | {
      readonly kind: 'sagas-list';
      readonly table: string;
      /** Those that run, ended or were taken back too, and not only those that wait for a person. */
      readonly all: boolean;
      readonly json: boolean;
    }
  | { readonly kind: 'sagas-retry'; readonly table: string; readonly id: string };

const TABLE = 'mcp_sagas';

/** Reads the arguments after `sagas`. Throws what parseArgs throws: the sentence that names an unknown option. */
export function parseSagas(
  args: readonly string[],
): SagasCommand | { readonly kind: 'mistake'; readonly sentence: string } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { table: { type: 'string' }, all: { type: 'boolean' }, json: { type: 'boolean' } },
  });
  const { table = TABLE, all = false, json = false } = values;
  const [command, id, ...more] = positionals;
  if (command === 'list' && id === undefined) return { kind: 'sagas-list', table, all, json };
  if (command === 'retry' && id !== undefined && more.length === 0 && !all && !json)
    return { kind: 'sagas-retry', table, id };
  const sentence = 'sagas is followed by list, or by retry and the id of one saga. See tramontane --help.';
  return { kind: 'mistake', sentence };
}
