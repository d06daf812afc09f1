import { defineResource, type Resource } from '@tramontane/mcp-server';
import type { SqlAccess } from '@tramontane/mcp-server/sql';
import { reportOutage } from './database-failure.ts';
import { schemaText, TABLE_NAMES } from './tables.ts';

export function createResources(sql: SqlAccess): readonly Resource[] {
  return [
    defineResource({
      uri: 'docs://company/handbook',
      name: 'handbook',
      title: 'Company handbook',
      description: 'How the company works with its customers: hours, tone, who decides what.',
      mimeType: 'text/markdown',
      read: () => handbook,
    }),
    defineResource({
      uri: 'docs://company/refunds',
      name: 'refunds',
      title: 'Refund policy',
      description: 'When an order is refunded, and what to tell the customer.',
      mimeType: 'text/markdown',
      read: () => refunds,
    }),
    defineResource({
      uri: 'data://schema',
      name: 'schema',
      title: 'Tables and columns',
      description: 'The tables that database_query can read.',
      read: () => schemaText,
    }),
    defineResource({
      uriTemplate: 'data://{table}/sample',
      name: 'sample',
      title: 'First rows of a table',
      description: `Five rows of one of the tables ${TABLE_NAMES.join(', ')}, as JSON.`,
      mimeType: 'application/json',
      read: async ({ table = '' }, context) => {
        // Only then is the name safe to stand in a query.
        if (!TABLE_NAMES.includes(table)) return undefined;
        const outcome = await reportOutage(sql.query(`SELECT * FROM ${table} ORDER BY id LIMIT 5`, context));
        if (!outcome.ok) throw new Error(outcome.reason);
        return JSON.stringify(outcome.rows);
      },
    }),
  ];
}

const handbook = `# Handbook

- Support answers on weekdays from 8:00 to 18:00, Pacific time.
- Write to customers by their first name, in short sentences. One notification a day and customer is the limit.
- A ticket is \`urgent\` when a customer cannot work, \`high\` when money is involved, else \`medium\` or \`low\`.
- Notify a group of customers only after the list was checked with the database.
`;

const refunds = `# Refunds

- An order can be refunded within 30 days after delivery, unopened within 60.
- A cancelled order needs no refund if it was not paid.
- Above 500 US dollars open a ticket of priority \`high\` and let a person decide.
`;
