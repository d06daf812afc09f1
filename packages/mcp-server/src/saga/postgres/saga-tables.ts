import type { PoolClient } from 'pg';

/** Input and events as text: `jsonb` would refuse the character 0, which JSON can carry. */
export async function createSagaTables(client: PoolClient, table: string, events: string): Promise<void> {
  await client.query(`CREATE TABLE IF NOT EXISTS ${table} (
    saga_id text PRIMARY KEY, name text NOT NULL, owner text NOT NULL, idempotency_key text,
    input text NOT NULL, status text NOT NULL, runner integer NOT NULL, wish text,
    created_at timestamptz NOT NULL, UNIQUE (name, owner, idempotency_key))`);
  await client.query(`CREATE TABLE IF NOT EXISTS ${events} (
    saga_id text NOT NULL REFERENCES ${table} ON DELETE CASCADE, seq integer NOT NULL, event text NOT NULL,
    PRIMARY KEY (saga_id, seq))`);
}
