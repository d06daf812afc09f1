import type { RequestContext } from '@tramontane/mcp-server';
import type { SqlTable } from '@tramontane/mcp-server/sql';

/** Found in an answer or a message, each says that something was read that must not be. */
export const MARKS = {
  secret: 'TOP-SECRET-7261',
  otherSchema: 'VAULT-KEY-4410',
  hiddenColumn: 'HIDDEN-9931',
  otherTenant: 'OTHER-TENANT-5522',
} as const;

const OWN = 'acme';
export const TENANTS = [OWN, 'globex', 'initech'];
const CITIES = ['Lisbon', 'Porto', 'Braga', 'Faro', 'Évora'];
const SEGMENTS = ['retail', 'business', 'public'];
const STATUSES = ['paid', 'shipped', 'delivered', 'cancelled', 'refunded'];
const CATEGORIES = ['chairs', 'desks', 'lamps', 'shelves'];
const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 5);

export interface Rows {
  readonly [table: string]: readonly (readonly (string | number | null)[])[];
}

/** The same rows on every run: three tenants of one shop, and what nobody may see. */
export function makeRows(): Rows {
  const customers: (string | number | null)[][] = [];
  const orders: (string | number | null)[][] = [];
  const items: (string | number | null)[][] = [];
  const products = Array.from({ length: 20 }, (_, index) => [
    index + 1,
    `${CATEGORIES[index % 4]?.slice(0, -1)} ${String.fromCharCode(65 + index)}`,
    CATEGORIES[index % 4] ?? '',
    Number((9.5 + ((index * 37) % 23) * 11.25).toFixed(2)),
    (index * 7) % 13,
    JSON.stringify({
      color: ['red', 'oak', 'black'][index % 3],
      weight: 2 + index,
      tags: ['a', `t${index % 4}`],
    }),
    `${MARKS.hiddenColumn} cost ${index}`,
  ]);
  for (const [number, tenant] of TENANTS.entries()) {
    const mark = tenant === OWN ? '' : ` ${MARKS.otherTenant}`;
    for (let index = 0; index < 24; index += 1) {
      customers.push([
        number * 1000 + index + 1,
        tenant,
        `${['Ann', 'Bob', 'Cleo', "D'Arcy"][index % 4]} ${index}${mark}`,
        index % 7 === 0 ? null : (CITIES[index % 5] ?? ''),
        SEGMENTS[index % 3] ?? '',
        toDay(START + index * 9 * DAY),
        `${MARKS.hiddenColumn} ${index}@example.com`,
      ]);
    }
    for (let index = 0; index < 150; index += 1) {
      const id = number * 1000 + index + 1;
      const placed = START + index * 1.5 * DAY;
      const status = STATUSES[(index * 3) % 5] ?? '';
      const lines = 1 + (index % 3);
      let total = 0;
      for (let line = 0; line < lines; line += 1) {
        const product = products[(index * 5 + line * 3) % 20] ?? [];
        const quantity = 1 + ((index + line) % 4);
        total += quantity * Number(product[3]);
        items.push([id * 10 + line, tenant, id, Number(product[0]), quantity, Number(product[3])]);
      }
      orders.push([
        id,
        tenant,
        number * 1000 + ((index * 11) % 24) + 1,
        status,
        toTime(placed),
        status === 'paid' || status === 'cancelled' ? null : toTime(placed + (1 + (index % 6)) * DAY),
        Number(total.toFixed(2)),
        `note ${index}${mark}`,
        `${MARKS.hiddenColumn} ${index}`,
      ]);
    }
  }
  return { customers, products, orders, order_items: items, secrets: [[1, MARKS.secret]] };
}

function toDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function toTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** By table: its columns with the types of PostgreSQL; SQLite takes them as they are. */
export const COLUMNS: Readonly<Record<string, string>> = {
  customers:
    'id int PRIMARY KEY, tenant_id text NOT NULL, name text NOT NULL, city text, segment text NOT NULL, signed_up date NOT NULL, email text NOT NULL',
  products:
    'id int PRIMARY KEY, name text NOT NULL, category text NOT NULL, price numeric(10,2) NOT NULL, stock int NOT NULL, attributes jsonb NOT NULL, cost_note text NOT NULL',
  orders:
    'id int PRIMARY KEY, tenant_id text NOT NULL, customer_id int NOT NULL, status text NOT NULL, placed_at timestamp NOT NULL, shipped_at timestamp, total numeric(10,2) NOT NULL, note text NOT NULL, internal_note text NOT NULL',
  order_items:
    'id int PRIMARY KEY, tenant_id text NOT NULL, order_id int NOT NULL, product_id int NOT NULL, quantity int NOT NULL, unit_price numeric(10,2) NOT NULL',
  secrets: 'id int PRIMARY KEY, value text NOT NULL',
};

/** What callers may ask for; `items` is another name for a table. */
export function toShopTables(
  tenantOf: (context: RequestContext) => string | undefined,
): Readonly<Record<string, SqlTable>> {
  const rows = { tenant_id: tenantOf };
  const named = (text: string): Record<string, string> =>
    Object.fromEntries(text.split(' ').map(column => [column, '']));
  return {
    customers: { description: 'One row a customer.', columns: named('id name city segment signed_up'), rows },
    products: {
      description: 'One row a product; prices in euro.',
      columns: { ...named('id name category price stock'), attributes: 'color, weight and tags, as JSON.' },
    },
    orders: {
      description: 'One row an order.',
      columns: {
        ...named('id customer_id placed_at shipped_at total note'),
        status: 'paid, shipped, delivered, cancelled or refunded.',
      },
      rows,
    },
    items: {
      description: 'One row a line of an order.',
      source: 'order_items',
      columns: named('id order_id product_id quantity unit_price'),
      rows,
    },
  };
}
