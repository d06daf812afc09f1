import { createHash } from 'node:crypto';
import { defineTool, ToolError, type Tool } from '@tramontane/mcp-server';
import type { SqlAccess } from '@tramontane/mcp-server/sql';
import { DatabaseError, type Pool } from 'pg';
import { z } from 'zod';
import { reportOutage } from './database-failure.ts';
import type { CompanyDatabases } from './open-databases.ts';
import { schemaText } from './tables.ts';

export function createTools(databases: CompanyDatabases): readonly Tool[] {
  return [
    createDatabaseQuery(databases.sql),
    createSendNotification(databases.owner),
    createCreateTicket(databases.owner),
  ];
}

function createDatabaseQuery(sql: SqlAccess): Tool {
  return defineTool({
    name: 'database_query',
    title: 'Query the company database',
    description: `Query the company database (PostgreSQL) with one SELECT statement; returns the rows, at most 200. Use it to find customers (users), products and orders. Tables:\n${schemaText}`,
    input: z.object({
      query: z
        .string()
        .describe(
          "SQL SELECT query, as in SELECT name, email FROM users WHERE created_at > now() - interval '7 days'",
        ),
    }),
    annotations: { readOnlyHint: true, openWorldHint: false },
    timeoutMs: 15_000,
    handler: async ({ query }, context) => {
      const outcome = await reportOutage(sql.query(query, context));
      if (!outcome.ok) throw new ToolError(outcome.reason);
      // All rows are the guide's plain list; a list that was cut must not look complete.
      const { rows, truncated } = outcome;
      const value = truncated === undefined ? rows : { rows, cut: truncated };
      return { structuredContent: value, content: [{ type: 'text', text: JSON.stringify(value) }] };
    },
  });
}

function createSendNotification(owner: Pool): Tool {
  return defineTool({
    name: 'send_notification',
    title: 'Send a notification',
    description:
      'Send a notification to one user. Takes the id of the user (find it with database_query, table users) and the message. The message is put into the outbox, from which it is delivered.',
    input: z.object({
      user_id: z.string().describe("id of the user, as in 'usr_001'"),
      message: z.string().min(1).max(4000).describe('Text of the notification'),
    }),
    annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
    idempotent: true,
    handler: async ({ user_id, message }, context) => {
      const key = toKeyColumn(context.idempotencyKey);
      const row = await writeOnce<{ id: string; user_id: string; created_at: Date }>(
        owner,
        `INSERT INTO outbox (user_id, message, idempotency_key) VALUES ($1, $2, $3)
         ON CONFLICT (idempotency_key) DO NOTHING RETURNING id, user_id, created_at`,
        [user_id, message, key],
        'SELECT id, user_id, created_at FROM outbox WHERE idempotency_key = $1',
      ).catch((error: unknown) => {
        if (error instanceof DatabaseError && error.code === '23503') {
          throw new ToolError(
            `There is no user with the id ${JSON.stringify(user_id)}. Look the id up with database_query, as in SELECT id, name FROM users.`,
          );
        }
        throw error;
      });
      return {
        status: 'queued',
        user_id: row.user_id,
        notification_id: Number(row.id),
        timestamp: row.created_at.toISOString(),
      };
    },
  });
}

function createCreateTicket(owner: Pool): Tool {
  return defineTool({
    name: 'create_ticket',
    title: 'Create a support ticket',
    description:
      'Create a support ticket with a title, a description and a priority. Returns the ticket with its id.',
    input: z.object({
      title: z.string().min(1).max(200).describe('What it is about, in a few words'),
      description: z.string().max(10_000).describe('What happened, and what is wanted'),
      priority: z
        .enum(['low', 'medium', 'high', 'urgent'])
        .default('medium')
        .describe('How soon somebody should look at it'),
    }),
    annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    idempotent: true,
    handler: async ({ title, description, priority }, context) => {
      const row = await writeOnce<{
        id: string;
        title: string;
        priority: string;
        status: string;
        created_at: Date;
      }>(
        owner,
        // lpad() would cut off what is longer than it fills up to.
        `INSERT INTO tickets (id, title, description, priority, idempotency_key)
         SELECT 'TICK-' || lpad(number::text, greatest(4, length(number::text)), '0'), $1, $2, $3, $4
           FROM (SELECT nextval('ticket_number') AS number) AS next
         ON CONFLICT (idempotency_key) DO NOTHING RETURNING id, title, priority, status, created_at`,
        [title, description, priority, toKeyColumn(context.idempotencyKey)],
        'SELECT id, title, priority, status, created_at FROM tickets WHERE idempotency_key = $1',
      );
      return {
        ticket_id: row.id,
        title: row.title,
        priority: row.priority,
        status: row.status,
        created_at: row.created_at.toISOString(),
      };
    },
  });
}

/**
 * Writes a row, or finds the one that an earlier attempt with the same key (the last parameter) wrote.
 * The insert waits for an attempt that is just being committed, so the row is there to be found.
 */
async function writeOnce<T extends object>(
  pool: Pool,
  insert: string,
  params: readonly (string | null)[],
  find: string,
): Promise<T> {
  const written = await reportOutage(pool.query<T>(insert, [...params]));
  const row = written.rows[0] ?? (await reportOutage(pool.query<T>(find, [params.at(-1)]))).rows[0];
  if (row === undefined)
    throw new Error('A row with this idempotency key was in the way of a new one and then gone.');
  return row;
}

/** The column's value for a call's key: of any length, and nothing of it readable. Null: no key, write always. */
function toKeyColumn(idempotencyKey: string | undefined): string | null {
  return idempotencyKey === undefined ? null : createHash('sha256').update(idempotencyKey).digest('hex');
}
