import type { SqlTable } from '@tramontane/mcp-server/sql';

/** What can be asked for with `database_query`: every column with its type. */
export const TABLES: Readonly<Record<string, SqlTable>> = {
  users: {
    description: "the customers; state is a full name such as 'California'.",
    columns: { id: 'text', name: 'text', email: 'text', state: 'text', created_at: 'timestamptz' },
  },
  products: {
    description: 'price in US dollars.',
    columns: { id: 'text', name: 'text', category: 'text', price: 'numeric', stock: 'int' },
  },
  orders: {
    description: 'status is paid, shipped, delivered, cancelled or refunded.',
    columns: {
      id: 'int',
      user_id: 'text',
      product_id: 'text',
      quantity: 'int',
      total: 'numeric',
      status: 'text',
      created_at: 'timestamptz',
    },
  },
};

export const TABLE_NAMES: readonly string[] = Object.keys(TABLES);

/** Tables and columns, as a model reads them. */
export const schemaText = Object.entries(TABLES)
  .map(([name, { description, columns }]) => {
    const typed = Object.entries(columns).map(column => column.join(' '));
    return `${name}(${typed.join(', ')}): ${description}`;
  })
  .join('\n');
