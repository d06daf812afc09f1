import { describe, expect, it } from 'vitest';
import { writeSql } from './write-sql.ts';

const SHOP = `Runs one SELECT on the shop's database.
Tables: users(id, name, email, state, created_at), the customers;
products(id, name, price_cents, stock);
orders(id, user_id, status, total, ordered_at): status is paid, shipped or cancelled.`;

const sql = (text: string, description = SHOP): string => {
  const written = writeSql(text, description);
  return 'sql' in written ? written.sql : `PROBLEM ${written.problem}`;
};

describe('writeSql', () => {
  it.each([
    [
      'Query the database for all users created in the last 7 days',
      "SELECT * FROM users WHERE created_at >= now() - interval '7 days'",
    ],
    ['Find all customers from California', "SELECT * FROM users WHERE state = 'California'"],
    ['Which users live in the state of New York?', "SELECT * FROM users WHERE state = 'New York'"],
    [
      'How many orders were there in the past month?',
      "SELECT count(*) AS count FROM orders WHERE ordered_at >= now() - interval '1 month'",
    ],
    ['Show me the 5 newest orders', 'SELECT * FROM orders ORDER BY ordered_at DESC LIMIT 5'],
    ['products with stock less than 10', 'SELECT * FROM products WHERE stock < 10'],
    ['orders with a total of more than 1,000', 'SELECT * FROM orders WHERE total > 1000'],
    ['orders with status open', "SELECT * FROM orders WHERE status = 'open'"],
    ['Show shipped orders', "SELECT * FROM orders WHERE status = 'shipped'"],
    ['orders of user usr_003', "SELECT * FROM orders WHERE user_id = 'usr_003'"],
    ['order 17', "SELECT * FROM orders WHERE id = '17'"],
    ['products cheaper than $50', 'SELECT * FROM products WHERE price_cents < 5000'],
    ['top 3 products by price_cents', 'SELECT * FROM products ORDER BY price_cents DESC LIMIT 3'],
    ['names and emails of all users', 'SELECT name, email FROM users'],
    ['users since 2026-01-01', "SELECT * FROM users WHERE created_at >= '2026-01-01'"],
    ["the user named Tim O'Neil", "SELECT * FROM users WHERE name = 'Tim O''Neil'"],
    [
      'users in the last two weeks from Texas',
      "SELECT * FROM users WHERE created_at >= now() - interval '2 weeks' AND state = 'Texas'",
    ],
  ])('%s', (text, expected) => {
    expect(sql(text)).toBe(expected);
  });

  it('takes SQL that stands in the text as it is', () => {
    expect(sql('Please run `SELECT 1 AS one`')).toBe('SELECT 1 AS one');
    expect(sql('Run SELECT * FROM users LIMIT 5')).toBe('SELECT * FROM users LIMIT 5');
    expect(sql('Run select id, name from users where id = 3;')).toBe(
      'select id, name from users where id = 3',
    );
    expect(sql('```sql\nWITH a AS (SELECT 1) SELECT * FROM a\n```')).toBe(
      'WITH a AS (SELECT 1) SELECT * FROM a',
    );
    expect(sql('select all users from Texas')).toBe("SELECT * FROM users WHERE state = 'Texas'");
  });

  it('says what it cannot ask instead of asking something else', () => {
    expect(sql('orders for "blue lamp"')).toMatch(/^PROBLEM .*which column of orders "blue lamp" is about/);
    expect(sql('products like x-200')).toMatch(/^PROBLEM .*which column of products "x-200" is about/);
    expect(sql('all invoices')).toMatch(/^PROBLEM .*none of the tables \(users, products, orders\)/);
    expect(sql('all products from Germany')).toMatch(/^PROBLEM products has no column for a place/);
    expect(sql('products added in the last 3 days')).toMatch(/^PROBLEM products has no column with a time/);
    expect(sql('all users with more than 5')).toMatch(/^PROBLEM It is not clear which column/);
    expect(sql('all users', 'Runs SQL on the company database (users, products)')).toMatch(
      /^PROBLEM The tool does not list/,
    );
  });

  it('reads tables with types, schemas, reserved names and names alone', () => {
    const typed = 'Tables: shop.order (id bigint, "placed" timestamptz, amount numeric(10, 2))';
    expect(sql('orders in the last 2 hours', typed)).toBe(
      `SELECT * FROM shop."order" WHERE placed >= now() - interval '2 hours'`,
    );
    expect(sql('all users created in the last 7 days', 'Tables: users, products and orders.')).toBe(
      "SELECT * FROM users WHERE created_at >= now() - interval '7 days'",
    );
  });

  it('keeps quotation marks inside values', () => {
    expect(sql(`users with name "O'Neil"`)).toBe("SELECT * FROM users WHERE name = 'O''Neil'");
  });
});
