import { createHmac } from 'node:crypto';
import { escapeIdentifier, escapeLiteral, type Client } from 'pg';
import { EmbeddedPostgresError } from './error.ts';

/** Held while roles and databases are made: two at once would collide in the catalogues. */
const catalogueLock = 7_261_835_403;

/**
 * Password of a role: follows from the superuser's, so that no further file has to be kept, and
 * does not lead back to it.
 */
export function derivePassword(superuserPassword: string, role: string): string {
  return createHmac('sha256', superuserPassword).update(`role:${role}`).digest('base64url');
}

/** Makes the role if missing (login, nothing else) and sets its password. */
export async function writeRole(client: Client, role: string, password: string): Promise<void> {
  requireName(role, 'role');
  await underLock(client, async () => {
    const present = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
    const verb = present.rowCount === 0 ? 'CREATE' : 'ALTER';
    await client.query(
      `${verb} ROLE ${escapeIdentifier(role)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD ${escapeLiteral(password)}`,
    );
  });
}

/** Makes the database if missing, and lets nobody in but its owner and superusers. */
export async function writeDatabase(client: Client, name: string, owner: string): Promise<void> {
  requireName(name, 'database');
  await underLock(client, async () => {
    const database = escapeIdentifier(name);
    const present = await client.query('SELECT datallowconn FROM pg_database WHERE datname = $1', [name]);
    if (present.rowCount === 0) {
      // Closed until PUBLIC's right to connect, which every new database has, is taken away.
      await client.query(
        `CREATE DATABASE ${database} OWNER ${escapeIdentifier(owner)} ALLOW_CONNECTIONS false`,
      );
    } else if ((present.rows[0] as { datallowconn: boolean }).datallowconn) {
      return;
    }
    await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
    await client.query(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`);
  });
}

export async function allowConnect(client: Client, database: string, role: string): Promise<void> {
  requireName(database, 'database');
  await underLock(client, async () => {
    await client.query(
      `GRANT CONNECT ON DATABASE ${escapeIdentifier(database)} TO ${escapeIdentifier(role)}`,
    );
  });
}

/** Takes from PUBLIC what initdb gives: every role could enter `postgres` and `template1`. */
export async function closeCommonDatabases(client: Client): Promise<void> {
  await underLock(client, async () => {
    const open = await client.query<{ datname: string }>(
      `SELECT datname FROM pg_database
        WHERE datname IN ('postgres', 'template1')
          AND EXISTS (SELECT 1 FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE grantee = 0)`,
    );
    for (const { datname } of open.rows) {
      await client.query(`REVOKE ALL ON DATABASE ${escapeIdentifier(datname)} FROM PUBLIC`);
    }
  });
}

async function underLock(client: Client, work: () => Promise<void>): Promise<void> {
  // A failing statement is written to the server's log, and a password stands in one of these.
  await client.query("SET log_min_error_statement = 'panic'");
  await client.query('SELECT pg_advisory_lock($1)', [catalogueLock]);
  try {
    await work();
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [catalogueLock]);
  }
}

function requireName(name: string, what: 'role' | 'database'): void {
  const reserved = name === 'postgres' || name.startsWith('pg_') || name.startsWith('template');
  if (reserved || !/^[a-z_][a-z0-9_]{0,62}$/u.test(name)) {
    throw new EmbeddedPostgresError(
      'bad_name',
      `"${name}" cannot be the name of a ${what}: take small letters, digits and underscores, at most 63, not postgres, pg_… or template….`,
    );
  }
}
