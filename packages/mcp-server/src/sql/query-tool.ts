import * as z from 'zod';
import type { RequestContext } from '../call-context.ts';
import { defineTool, type Tool } from '../definition/define-tool.ts';
import { ToolError } from '../kit-error.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { SqlLimits } from './sql-limits.ts';
import type { SqlOutcome } from './sql-outcome.ts';
import { describeTable } from './what-is-allowed.ts';

export interface QueryToolOptions {
  /** `database_query` unless given. */
  readonly name?: string;
  readonly title?: string;
  /** What the database is about, and when to ask it. */
  readonly description?: string;
}

/** Beyond it the columns are left to the resources and the refusals: a list of tools is read by every model call. */
const LONGEST_DESCRIPTION = 6000;
/** The database's own limit comes first. */
const GRACE_MS = 10_000;
const DEFAULT_TIME_MS = 5000;

export function createQueryTool(
  database: SqlDatabase,
  query: (sql: string, context: RequestContext) => Promise<SqlOutcome>,
  { tool = {}, limits = {} }: { readonly tool?: QueryToolOptions; readonly limits?: SqlLimits },
): Tool {
  const { dialect, tables } = database;
  const { name = 'database_query', title = 'Query the database', description = 'Query the database.' } = tool;
  const described = tables.map(describeTable).join('\n');
  const catalogue =
    described.length > LONGEST_DESCRIPTION
      ? tables.map(table => `${table.name}: ${table.description}`).join('\n')
      : described;
  return defineTool({
    name,
    title,
    description: `${description} Takes one SELECT statement of ${dialect} and returns its rows. Tables:\n${catalogue}`,
    input: z.object({ query: z.string().describe(`One SELECT statement of ${dialect}.`) }),
    output: z.object({
      rows: z.array(z.record(z.string(), z.unknown())).describe('One object a row, by name of the column.'),
      truncated: z.string().optional().describe('Present when rows are missing at the end, and says why.'),
    }),
    annotations: { readOnlyHint: true, openWorldHint: false },
    timeoutMs: (limits.timeMs ?? DEFAULT_TIME_MS) + GRACE_MS,
    handler: async (args, context) => {
      const outcome = await query(args.query, context);
      if (!outcome.ok) throw new ToolError(outcome.reason);
      return {
        rows: [...outcome.rows],
        ...(outcome.truncated !== undefined && { truncated: outcome.truncated }),
      };
    },
  });
}
