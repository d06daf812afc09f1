import { sql, type Transaction } from 'kysely';
import type { StoredTool } from '../core/agent.ts';
import type { Connector } from '../core/connector.ts';
import { isUuid } from '../core/ids.ts';
import type { Tables } from './schema.ts';

// Connectors made from servers given inline hold credentials that nobody can list. They live as long as something names
// them, so both functions here belong into the transaction that writes or removes what does.

/** Writes these connectors where they are not there yet. */
export async function keepInline(trx: Transaction<Tables>, connectors: readonly Connector[]): Promise<void> {
  for (const connector of connectors.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    // Shared: starts do not wait for one another, but no removal comes between this row and what is about to name it.
    await sql`select pg_advisory_xact_lock_shared(hashtextextended(${lockName(connector.id)}, 0))`.execute(
      trx,
    );
    await trx
      .insertInto('connectors')
      .values({
        id: connector.id,
        organization: connector.organization,
        visibility: connector.visibility,
        workspace: connector.workspace,
        user_id: connector.ownerId,
        name: connector.name,
        inline_key: connector.id,
        config: JSON.stringify(connector.config),
        sealed_access: connector.sealedAccess,
        created_at: connector.createdAt,
        modified_at: connector.modifiedAt,
      })
      .onConflict(conflict => conflict.doNothing())
      .execute();
  }
}

/**
 * Removes those of these connectors that were given inline and that no version of an agent, no conversation and no run
 * under way names any more. Call it after what named them is gone.
 */
export async function sweepInline(
  trx: Transaction<Tables>,
  workspace: string,
  references: readonly string[],
): Promise<void> {
  const ids = [...new Set(references.filter(isUuid).map(id => id.toLowerCase()))];
  if (ids.length === 0) return;
  const inline = await trx
    .selectFrom('connectors')
    .select('id')
    .where('id', 'in', ids)
    .where('workspace', '=', workspace)
    .where('inline_key', 'is not', null)
    .execute();
  // In the order of `keepInline`, or two transactions could wait for each other.
  for (const { id } of inline.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${lockName(id)}, 0))`.execute(trx);
    // A statement of its own: it sees what was committed while the lock was waited for.
    const named = (tools: string) => namesConnector(sql.ref(tools), id);
    await trx
      .deleteFrom('connectors')
      .where('id', '=', id)
      .where(eb =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('agent_versions')
              .select('version')
              .where('workspace', '=', workspace)
              .where(named('config')),
          ),
        ),
      )
      .where(eb =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('conversations')
              .select('id')
              .where('workspace', '=', workspace)
              .where(named('target')),
          ),
        ),
      )
      .where(eb =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('runs')
              .select('id')
              .where('workspace', '=', workspace)
              .where('running', '=', true)
              .where(named('plan')),
          ),
        ),
      )
      .execute();
  }
}

/** What these tools name as their connectors: UUIDs and names. */
export function toolReferences({ tools }: { readonly tools: readonly StoredTool[] }): string[] {
  return tools.flatMap(tool => (tool.type === 'connector' ? [tool.connectorId] : []));
}

/**
 * Whether this JSON names the connector in a tool. Looked for in its text: PostgreSQL cannot take apart JSON with a NUL
 * in it, which instructions may hold, and one such row would stop every removal. Inside a text the quotes are escaped.
 */
function namesConnector(json: ReturnType<typeof sql.ref>, id: string) {
  return sql<boolean>`strpos(lower(${json}::text), ${`"connectorid":"${id}"`}) > 0`;
}

function lockName(id: string): string {
  return `tramontane inline connector ${id}`;
}
