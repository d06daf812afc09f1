import { readLines } from './read-corpus.ts';

/**
 * A hostile text, and how it has to end: `fails`; `runs`, because an error would tell what was looked at; or `either`,
 * if it finds nothing and changes nothing.
 */
export interface HostileText {
  readonly family: string;
  readonly sql: string;
  readonly end: 'fails' | 'runs' | 'either';
}

/** Writes and everything else that is no SELECT, in ways to hide it. */
const DISGUISES: readonly (readonly [string, (sql: string) => string])[] = [
  ['plain', sql => sql],
  ['comment before', sql => `-- SELECT 1\n/* SELECT */ ${sql}`],
  ['comment inside', sql => sql.replace(' ', '/**/')],
  ['stacked', sql => `SELECT 1; ${sql}`],
  ['stacked after a comment', sql => `SELECT 1 /* ; */; /* \n */ ${sql}; --`],
  ['stacked after a text', sql => `SELECT 'a;''b'; ${sql}`],
  ['as a WITH query', sql => `WITH x AS (${sql} RETURNING *) SELECT * FROM x`],
  ['as a nested WITH query', sql => `SELECT * FROM (WITH x AS (${sql} RETURNING 1) SELECT * FROM x) y`],
  ['in brackets', sql => `(${sql})`],
  ['explained', sql => `EXPLAIN ANALYZE ${sql}`],
  [
    'in mixed case',
    sql =>
      sql
        .toLowerCase()
        .replaceAll(/(.)(.)/g, (_, first: string, second: string) => first + second.toUpperCase()),
  ],
  ['after a byte order mark', sql => `\uFEFF${sql}`],
  ['after a wide space', sql => `\u3000SELECT 1;\u3000${sql}`],
  ['after a zero byte', sql => `SELECT 1\0; ${sql}`],
  ['in a subquery', sql => `SELECT (${sql})`],
  ['in a union', sql => `SELECT 1 UNION ALL ${sql}`],
];

/** Places of a query where an expression can stand. */
const PLACES: readonly ((expression: string) => string)[] = [
  e => `SELECT ${e}`,
  e => `SELECT ${e} FROM orders`,
  e => `SELECT id FROM orders WHERE ${e} IS NOT NULL`,
  e => `SELECT count(*) FROM orders GROUP BY status HAVING count(${e}) > 0`,
  e => `SELECT id FROM orders ORDER BY ${e}`,
  e => `SELECT o.id FROM orders o JOIN customers c ON ${e} IS NOT NULL`,
  e => `WITH x AS (SELECT ${e} AS v) SELECT v FROM x`,
  e => `SELECT CASE WHEN true THEN 1 ELSE length(CAST(${e} AS text)) END`,
  e => `SELECT coalesce(NULL, (SELECT (SELECT ${e})))`,
  e => `SELECT sum(total) OVER (PARTITION BY ${e}) FROM orders`,
  e => `SELECT 1 UNION ALL SELECT 1 WHERE ${e} IS NOT NULL`,
  e => `SELECT max(${e}) FROM orders`,
];

/** Ways to read a table. */
const READINGS: readonly ((table: string) => string)[] = [
  t => `SELECT * FROM ${t}`,
  t => `SELECT count(*) FROM ${t}`,
  t => `SELECT o.id FROM orders o, ${t} x`,
  t => `SELECT o.id FROM orders o LEFT JOIN ${t} x ON true`,
  t => `SELECT (SELECT count(*) FROM ${t})`,
  t => `SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM ${t})`,
  t => `WITH x AS (SELECT * FROM ${t}) SELECT * FROM x`,
  t => `SELECT note FROM orders UNION ALL SELECT CAST(count(*) AS text) FROM ${t}`,
  t => `SELECT * FROM (SELECT * FROM (SELECT * FROM ${t}) a) b`,
  t => `SELECT id FROM orders ORDER BY (SELECT count(*) FROM ${t})`,
];

const WRITES = readLines('both-writes');

const HIDDEN_COLUMNS = [
  'internal_note',
  'orders.internal_note',
  'tenant_id',
  'orders.tenant_id',
  '"internal_note"',
  'INTERNAL_NOTE',
];

/** Tries to see rows of others, or to learn of them by an error. */
const OTHER_ROWS = readLines('both-other-rows');

/** The same, where one of the databases cannot run them at all. */
const OTHER_ROWS_BY_NAME = readLines('both-other-rows-by-name');

const DEEP: readonly (readonly [string, (depth: number) => string])[] = [
  ['brackets', n => `SELECT ${'('.repeat(n)}1${')'.repeat(n)}`],
  ['NOT', n => `SELECT ${'NOT '.repeat(n)}true`],
  ['minus', n => `SELECT ${'- '.repeat(n)}id FROM orders`],
  ['plus', n => `SELECT 1${' + 1'.repeat(n)}`],
  ['OR', n => `SELECT 1 WHERE 1 = 1${' OR 1 = 1'.repeat(n)}`],
  ['subqueries', n => `SELECT ${'(SELECT '.repeat(n)}1${')'.repeat(n)}`],
  ['subqueries in FROM', n => `SELECT * FROM ${'(SELECT * FROM '.repeat(n)}orders${') x'.repeat(n)}`],
  ['CASE', n => `SELECT ${'CASE WHEN true THEN '.repeat(n)}1${' END'.repeat(n)}`],
  ['calls', n => `SELECT ${'abs('.repeat(n)}1${')'.repeat(n)}`],
  [
    'WITH',
    n =>
      `${Array.from({ length: n }, (_, at) => `WITH a${at} AS (`).join('')}SELECT 1${') SELECT 1'.repeat(n)}`,
  ],
  ['UNION', n => `SELECT 1${' UNION SELECT 1'.repeat(n)}`],
  ['open brackets', n => `SELECT ${'('.repeat(n)}`],
  ['comments', n => `SELECT ${'/*'.repeat(n)}${'*/'.repeat(n)} 1`],
  ['texts', n => `SELECT ${"''".repeat(n)}`],
  ['list', n => `SELECT 1 WHERE 1 IN (${'1,'.repeat(n)}1)`],
  ['joins', n => `SELECT count(*) FROM orders${' JOIN orders USING (id)'.repeat(n)}`],
];
const DEPTHS = [60, 400, 1500, 3000, 20_000];

/** What asks for more than the limits allow. */
const LARGE = readLines('both-large');

/** Encodings and characters; what is left of them after reading is no way around anything. */
const CHARACTERS = [
  'SELECT * FROM "secrets"',
  'SELECT * FROM "SECRETS"',
  'SELECT * FROM secrets',
  'SELECT * FROM ｓｅｃｒｅｔｓ',
  'SELECT * FROM secrets',
  'SELECT * FROM\u00a0secrets',
  'SELECT * FROM\u2028secrets',
  'SELECT * FROM\u200bsecrets',
  'SELECT * FROM\fsecrets',
  'SELECT * FROM\vsecrets',
  'SELECT * FROM\rsecrets',
  'SELECT * FROM sec\u00adrets',
  'SELECT * FROM \u202esterces',
  'SELECT * FROM sеcrets',
  'SELECT * FROM secrets\0',
  'SELECT * FROM se\0crets',
  'SELECT \ud800 FROM orders',
  "SELECT '\ud800' FROM orders",
  "SELECT '\udc00\ud800'",
  'SELECT * FROM orders --\rUNION SELECT * FROM secrets\n, secrets',
  'SELECT 1 --\n, value FROM secrets',
  '`SELECT` 1',
  'SELECT 1 # comment\n, value FROM secrets',
  'SELECT/*!50000 value */FROM secrets',
  "SELECT 'it''s', value FROM secrets --'",
  "SELECT '\\', value FROM secrets --'",
];

/** What has no place in a file of lines. */
const SHAPELESS = ['', ';', '--', '/* */', '   \n', 'SELECT * FROM', 'x'.repeat(11_000)];

/** More than a thousand texts: what both databases share, and what is of one of them. */
export function hostileTexts(dialect: 'postgres' | 'sqlite'): readonly HostileText[] {
  const own = (part: string): readonly string[] => readLines(`${dialect}-${part}`);
  const family = (
    name: string,
    texts: readonly string[],
    end: HostileText['end'] = 'fails',
  ): readonly HostileText[] => texts.map(sql => ({ family: name, sql, end }));
  const spread = (texts: readonly string[], ways: readonly ((text: string) => string)[]): readonly string[] =>
    texts.flatMap(text => ways.map(way => way(text)));
  return [
    ...DISGUISES.flatMap(([name, disguise]) =>
      family(`no SELECT, ${name}`, [...WRITES, ...own('writes')].map(disguise)),
    ),
    ...family('calls', spread(own('calls'), PLACES)),
    ...family('tables', spread(own('tables'), READINGS)),
    ...family('hidden columns', spread(HIDDEN_COLUMNS, PLACES.slice(1, 6))),
    ...family('rows of others', OTHER_ROWS, 'runs'),
    ...family('rows of others by name', OTHER_ROWS_BY_NAME, 'either'),
    ...DEEP.flatMap(([name, make]) => family(`deep: ${name}`, DEPTHS.map(make), 'either')),
    ...family('large', LARGE, 'either'),
    ...family('characters', CHARACTERS),
    ...family('own', [...own('texts'), ...SHAPELESS]),
    ...family('harmless', own('harmless'), 'either'),
  ];
}
