import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RequestContext } from '@tramontane/mcp-server';
import { hostileTexts, type HostileText } from './hostile-corpus.ts';
import { openPostgresShop, openSqliteShop, type Shop } from './open-shop.ts';
import { MARKS, toShopTables } from './shop.ts';
import { openSqlAccess, type SqlAccess } from '@tramontane/mcp-server/sql';

const LIMITS = { rows: 50, bytes: 20_000, timeMs: 700, cost: 100_000 };
let tenant: string | undefined = 'acme';
const context = { signal: new AbortController().signal } as RequestContext;

interface Verdict {
  readonly sql: string;
  readonly what: string;
}

/** Runs every text, and returns whatever is wrong with an outcome. */
async function judge(access: SqlAccess, texts: readonly HostileText[]): Promise<readonly Verdict[]> {
  const wrong: Verdict[] = [];
  for (const { family, sql, end } of texts) {
    const note = (what: string): void =>
      void wrong.push({
        sql: sql.length > 300 ? `${sql.slice(0, 300)}… (${sql.length})` : sql,
        what: `${family}: ${what}`,
      });
    try {
      const outcome = await access.query(sql, context);
      const said = JSON.stringify(outcome);
      // What the caller wrote itself is no leak.
      for (const mark of Object.values(MARKS))
        if (said.includes(mark) && !sql.includes(mark)) note(`leaked ${mark}`);
      if (!outcome.ok) {
        if (end === 'runs') note(`did not run: ${outcome.reason}`);
        continue;
      }
      if (end === 'fails') note(`ran: ${said.slice(0, 200)}`);
      if (outcome.rows.length > LIMITS.rows) note(`${outcome.rows.length} rows`);
      if (Buffer.byteLength(JSON.stringify(outcome.rows)) > LIMITS.bytes) note('too many bytes');
    } catch (error) {
      note(`threw ${String(error)}`);
    }
  }
  return wrong;
}

describe.each([
  ['PostgreSQL', hostileTexts('postgres')],
  ['SQLite', hostileTexts('sqlite')],
] as const)('hostile queries on %s', (dialect, texts) => {
  let shop: Shop;
  let access: SqlAccess;

  beforeAll(async () => {
    const tables = toShopTables(() => tenant);
    if (dialect === 'SQLite') {
      const opened = await openSqliteShop();
      shop = opened;
      access = await openSqlAccess({ sqlite: { file: opened.file }, tables, limits: LIMITS });
    } else {
      const opened = await openPostgresShop();
      shop = opened;
      access = await openSqlAccess({
        postgres: { connectionString: opened.readerUrl },
        tables,
        limits: LIMITS,
      });
    }
  });
  afterAll(async () => {
    await access?.close();
    await shop?.close();
  });

  test(
    'nothing is written, nothing forbidden is read, nothing crashes, nothing is over the limits',
    { timeout: 300_000 },
    async () => {
      expect(texts.length).toBeGreaterThanOrEqual(1000);
      expect(new Set(texts.map(({ sql }) => sql)).size).toBeGreaterThanOrEqual(1000);
      const before = await shop.snapshot();
      expect(await judge(access, texts)).toEqual([]);
      expect(await shop.snapshot()).toBe(before);
      // Still there, and still right.
      const after = await access.query('SELECT count(*) AS n FROM orders', context);
      expect(after).toEqual({ ok: true, rows: [{ n: 150 }] });
    },
  );

  test('a caller who has no rows reads none, whatever the query', { timeout: 120_000 }, async () => {
    tenant = undefined;
    for (const { sql } of texts.filter(({ family }) => family.startsWith('rows of others')))
      expect({ sql, ...(await access.query(sql, context)) }).toMatchObject({ ok: false });
    tenant = 'acme';
  });
});
