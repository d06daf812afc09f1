import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RequestContext } from '@tramontane/mcp-server';
import { readQueries } from './read-corpus.ts';
import { openPostgresShop, openSqliteShop, type Shop } from './open-shop.ts';
import { toShopTables } from './shop.ts';
import { openSqlAccess, type SqlAccess } from '@tramontane/mcp-server/sql';

const context = { signal: new AbortController().signal } as RequestContext;

/** A value as the database gave it, in the form that the kit shows. */
function toShown(raw: unknown, shown: unknown): unknown {
  if (typeof raw === 'bigint') return Number.isSafeInteger(Number(raw)) ? Number(raw) : String(raw);
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : String(raw);
  if (raw instanceof Uint8Array) return Buffer.from(raw).toString('base64');
  if (typeof shown === 'number') return Number(raw);
  return typeof shown === 'boolean' ? raw === 't' : raw;
}

describe.each([
  ['PostgreSQL', [...readQueries('honest-both'), ...readQueries('honest-postgres')]],
  [
    'SQLite',
    [
      // There a bracket cannot begin a query, and a WITH query of a table's name cannot read the table.
      ...readQueries('honest-both').filter(query => !/^(\(|WITH orders)/.test(query)),
      ...readQueries('honest-sqlite'),
    ],
  ],
] as const)('honest queries on %s', (dialect, queries) => {
  let shop: Shop;
  let access: SqlAccess;

  beforeAll(async () => {
    const tables = toShopTables(() => 'acme');
    if (dialect === 'SQLite') {
      const opened = await openSqliteShop();
      shop = opened;
      access = await openSqlAccess({ sqlite: { file: opened.file }, tables });
    } else {
      const opened = await openPostgresShop();
      shop = opened;
      access = await openSqlAccess({ postgres: { connectionString: opened.readerUrl }, tables });
    }
  });
  afterAll(async () => {
    await access?.close();
    await shop?.close();
  });

  test('there are a hundred of them', () => {
    expect(queries.length).toBeGreaterThanOrEqual(100);
  });

  test.each(queries)('%s', async sql => {
    const outcome = await access.query(sql, context);
    expect(outcome).toMatchObject({ ok: true });
    const rows = outcome.ok ? outcome.rows : [];
    const expected = await shop.reference(sql);
    expect(rows.map(row => Object.values(row))).toEqual(
      expected.map((values, row) =>
        values.map((raw, at) => toShown(raw, Object.values(rows[row] ?? {})[at])),
      ),
    );
  });
});
