import { sql, type RawBuilder } from 'kysely';
import type { Caller } from '../core/caller.ts';
import { CREDENTIAL_LEVELS, holderOf } from '../core/credential.ts';

/** Rows of the caller's own, of their workspace and of their organization. @param table Whose columns are looked at. */
export function heldBy(caller: Caller, table: string): RawBuilder<boolean> {
  const columns = ['level', 'organization', 'workspace', 'user_id'].map(name => sql.ref(`${table}.${name}`));
  const holders = CREDENTIAL_LEVELS.map(level => {
    const { organization, workspace, user } = holderOf(caller, level);
    return sql`(${sql.join([level, organization, workspace, user])})`;
  });
  return sql<boolean>`(${sql.join(columns)}) in (${sql.join(holders)})`;
}

/** Rows of one level stay in their order. */
export function nearestFirst<R extends { readonly level: string }>(rows: readonly R[]): R[] {
  return CREDENTIAL_LEVELS.flatMap(level => rows.filter(row => row.level === level));
}
