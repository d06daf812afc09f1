import { refuse } from '../definition/refuse.ts';

/** Of one query. */
export interface SqlLimits {
  /** Rows of the answer; what is beyond is cut off, and the answer says so. 200 unless given. */
  readonly rows?: number;
  /** Bytes of the answer as JSON; cut off like rows. 262,144 unless given. */
  readonly bytes?: number;
  /** Milliseconds; the query is then stopped in the database. 5,000 unless given. */
  readonly timeMs?: number;
  /**
   * What a query may be estimated to cost before it is run. PostgreSQL: total cost of its planner, 1,000,000 unless
   * given (about the reading of 8 GB). SQLite: rows to look at by its query plan, 100,000,000 unless given.
   */
  readonly cost?: number;
  /** Characters of the query; 10,000 unless given. */
  readonly length?: number;
}

const DEFAULTS = { rows: 200, bytes: 262_144, timeMs: 5000, length: 10_000 };

/** @throws KitError `definition_invalid` */
export function parseLimits(limits: SqlLimits, defaultCost: number): Required<SqlLimits> {
  const all = { ...DEFAULTS, cost: defaultCost, ...limits };
  for (const [name, value] of Object.entries(all)) {
    if (!(Number.isSafeInteger(value) && value > 0))
      refuse('The SQL tool', `has a limit "${name}" of ${value}. Give a whole number from 1.`);
  }
  return all;
}
