import { sql, type Kysely } from 'kysely';
import type { PinStore, ToolPin } from '../core/pinned-servers.ts';
import type { ServerWord } from '../core/tool-pins.ts';
import type { Tables, ToolPinRow } from './schema.ts';
import { isForeignKeyViolation } from './store-error.ts';

export function createPinStore(db: Kysely<Tables>): PinStore {
  const find: PinStore['find'] = async ({ id, workspace }) => {
    const row = await db
      .selectFrom('tool_pins')
      .selectAll()
      .where('connector_id', '=', id)
      .where('workspace', '=', workspace)
      .executeTakeFirst();
    return row && toPin(row);
  };
  return {
    find,
    async pin(connector, word) {
      const known = await find(connector);
      if (known) return known;
      try {
        await db
          .insertInto('tool_pins')
          .values({
            connector_id: connector.id,
            // The operator's have no row of their own whose name could be looked for.
            name: connector.visibility === 'shared_global' ? connector.name : null,
            workspace: connector.workspace,
            pinned: JSON.stringify(word),
            pinned_at: new Date(),
          })
          .onConflict(conflict => conflict.doNothing())
          .execute();
      } catch (error) {
        // The server of a request that is not stored: nothing is left to compare it with.
        if (isForeignKeyViolation(error)) return undefined;
        throw error;
      }
      return find(connector);
    },
    async listChanged() {
      const rows = await db
        .selectFrom('tool_pins')
        .leftJoin('connectors', 'connectors.id', 'tool_pins.stored_id')
        .selectAll('tool_pins')
        .select('connectors.name as current_name')
        .where('seen', 'is not', null)
        .orderBy('seen_at')
        .execute();
      return rows.map(row => ({
        id: row.connector_id,
        name: row.name ?? row.current_name ?? row.connector_id,
        workspace: row.workspace,
        isOperators: row.name !== null,
        pin: toPin(row),
      }));
    },
    async saveSeen({ id, workspace }, seen) {
      await db
        .updateTable('tool_pins')
        .set({
          seen: seen === undefined ? null : JSON.stringify(seen),
          seen_at: seen === undefined ? null : new Date(),
        })
        .where('connector_id', '=', id)
        .where('workspace', '=', workspace)
        .execute();
    },
    async approve({ id, workspace }, seen) {
      const { numUpdatedRows } = await db
        .updateTable('tool_pins')
        .set({ pinned: JSON.stringify(seen), pinned_at: new Date(), seen: null, seen_at: null })
        .where('connector_id', '=', id)
        .where('workspace', '=', workspace)
        .where(sql<boolean>`seen::text = ${JSON.stringify(seen)}`)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
  };
}

function toPin(row: ToolPinRow): ToolPin {
  return {
    pinned: row.pinned as ServerWord,
    seen: (row.seen as ServerWord | null) ?? undefined,
    pinnedAt: row.pinned_at,
    seenAt: row.seen_at ?? undefined,
  };
}
