import type { SqlOutcome } from '../../sql-outcome.ts';

/** A table for a process that asks: lists in place of maps, as JSON has none. */
export interface WireTable {
  readonly name: string;
  readonly schema: string;
  readonly relation: string;
  readonly columns: readonly string[];
  /** The columns that say whose a row is. */
  readonly rowColumns: readonly string[];
  /** Which values they have in this caller's rows; without it the caller has none. */
  readonly filter?: readonly (readonly [string, readonly (string | number | boolean)[]])[];
}

export interface QueryLimits {
  readonly rows: number;
  readonly bytes: number;
  readonly cost: number;
  readonly length: number;
}

export type Request =
  | { readonly kind: 'describe'; readonly file: string; readonly tables: readonly WireTable[] }
  | {
      readonly kind: 'query';
      readonly file: string;
      readonly tables: readonly WireTable[];
      readonly sql: string;
      readonly functions: readonly string[];
      readonly limits: QueryLimits;
    };

export type Reply =
  /** Once, before anything was asked. */
  | { readonly kind: 'ready' }
  /** Types by column, by table. */
  | { readonly kind: 'described'; readonly types: Readonly<Record<string, Readonly<Record<string, string>>>> }
  /** A refusal still lacks what is allowed. */
  | { readonly kind: 'outcome'; readonly outcome: SqlOutcome }
  /** The database itself failed. */
  | { readonly kind: 'broken'; readonly message: string };
