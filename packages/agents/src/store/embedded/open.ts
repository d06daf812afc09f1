import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Client } from 'pg';
import { openBinaries } from './binaries.ts';
import { connectAsSuperuser, untilServed } from './connect.ts';
import { isCluster } from './create-cluster.ts';
import { openDataFolder, readOrWriteOnce } from './data-folder.ts';
import { EmbeddedPostgresError } from './error.ts';
import { joinServer, type JoinOptions, type Membership } from './join-server.ts';
import { leaveServer } from './leave-server.ts';
import { findPlacement } from './placement.ts';
import { allowConnect, closeCommonDatabases, derivePassword, writeDatabase, writeRole } from './roles.ts';
import { socketPort } from './socket-folder.ts';
import { findDatabaseUser } from './system-user.ts';

/** Superuser's password, in the data folder, mode 0600. */
export const passwordFile = 'postgres-password';
/** Tramontane's own database, and the role that owns it. */
const ownName = 'tramontane';

export interface EmbeddedPostgres {
  /**
   * `postgresql://user:password@localhost/database?host=<socket folder>&port=5432`. Without
   * `role` that of the role `tramontane`, never of the superuser.
   */
  url(database: string, role?: { user: string; password: string }): string;
  /** Makes the login role and its database where missing; nobody else may connect. Returns the owner's URL. */
  ensureDatabase(name: string, owner: { role: string; password?: string }): Promise<string>;
  /** Makes a login role that may connect to `database` and owns nothing. Returns its URL. */
  ensureRole(role: string, options: { database: string; password?: string }): Promise<string>;
  /** Leaves the server; the last process out stops it. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  readonly location: { data: string; binaries: string; socket: string; staged: boolean };
}

/**
 * Opens the PostgreSQL 18 of a data folder, shared by every process that opens the same folder.
 * It listens on a private unix socket only. The database `tramontane` and its role are there
 * afterwards. Throws {@link EmbeddedPostgresError}.
 */
export async function openEmbeddedPostgres(options: {
  /** The TRAMONTANE_DATA folder; the cluster is `postgres-18` in it. */
  dataDirectory: string;
  signal?: AbortSignal;
  /** Told, in whole sentences, what takes time or is not where one expects it. */
  onProgress?: (sentence: string) => void;
}): Promise<EmbeddedPostgres> {
  const { signal } = options;
  const onProgress = options.onProgress ?? (() => undefined);
  const folder = await openDataFolder(options.dataDirectory);
  const placement = await findPlacement(folder, () => findDatabaseUser(signal), { signal, onProgress });
  const binaries = await openBinaries({ home: placement.home, user: placement.user, signal, onProgress });
  const password = await readPassword(folder, placement.cluster);
  const membership = await openMembership({ placement, binaries, password, signal, onProgress });

  const asSuperuser = (work: (client: Client) => Promise<void>): Promise<void> =>
    untilServed(async () => {
      const { socket } = await membership.joined();
      const client = await connectAsSuperuser(socket, password);
      try {
        await work(client);
      } finally {
        await client.end().catch(() => undefined);
      }
    });
  const url: EmbeddedPostgres['url'] = (database, role) => {
    const user = role?.user ?? ownName;
    const secret = role?.password ?? derivePassword(password, user);
    const host = encodeURIComponent(membership.socket());
    return `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(secret)}@localhost/${encodeURIComponent(database)}?host=${host}&port=${socketPort}`;
  };
  const ensureDatabase: EmbeddedPostgres['ensureDatabase'] = async (name, owner) => {
    const secret = owner.password ?? derivePassword(password, owner.role);
    await asSuperuser(async client => {
      await writeRole(client, owner.role, secret);
      await writeDatabase(client, name, owner.role);
    });
    return url(name, { user: owner.role, password: secret });
  };
  const ensureRole: EmbeddedPostgres['ensureRole'] = async (role, { database, password: given }) => {
    const secret = given ?? derivePassword(password, role);
    await asSuperuser(async client => {
      await writeRole(client, role, secret);
      await allowConnect(client, database, role);
    });
    return url(database, { user: role, password: secret });
  };

  try {
    await asSuperuser(closeCommonDatabases);
    await ensureDatabase(ownName, { role: ownName });
  } catch (error) {
    await membership.close();
    throw error;
  }
  return {
    url,
    ensureDatabase,
    ensureRole,
    close: membership.close,
    [Symbol.asyncDispose]: membership.close,
    location: {
      data: placement.cluster,
      binaries: binaries.folder,
      socket: membership.socket(),
      staged: placement.staged || binaries.staged,
    },
  };
}

async function readPassword(folder: string, cluster: string): Promise<string> {
  const text = await readOrWriteOnce(folder, passwordFile, async () => {
    // It is written before the cluster is made: a cluster without it has lost it.
    if (await isCluster(cluster)) {
      throw new EmbeddedPostgresError(
        'password_refused',
        `${join(folder, passwordFile)}, the password of the database in ${cluster}, is gone. Restore the file, or move ${cluster} away to begin with an empty database.`,
      );
    }
    return `${randomBytes(24).toString('base64url')}\n`;
  });
  return text.trim();
}

/**
 * Keeps a session at the server. When it is cut (the server was killed, or crashed and recovers)
 * the server is joined again, or started again, while the process goes on.
 */
async function openMembership(options: JoinOptions): Promise<{
  joined: () => Promise<Membership>;
  socket: () => string;
  close: () => Promise<void>;
}> {
  const closing = new AbortController();
  let socket = '';
  let closed: Promise<void> | undefined;
  const joinAgain = async (signal: AbortSignal | undefined): Promise<Membership> => {
    const membership = await joinServer({ ...options, signal });
    socket = membership.socket;
    membership.keeper.once('end', () => {
      if (!closing.signal.aborted) current = rejoin();
    });
    return membership;
  };
  const rejoin = (): Promise<Membership> => {
    const next = joinAgain(closing.signal);
    // Whoever asks for it next gets the error; until then nobody listens.
    next.catch(() => undefined);
    return next;
  };
  let current = joinAgain(options.signal);
  await current;
  return {
    joined: async () => {
      if (closed)
        throw new EmbeddedPostgresError('closed', 'The embedded database was closed. Open it again.');
      // Joining again may have failed, as on a full disk: each use tries anew.
      return await current.catch(() => (current = rejoin()));
    },
    socket: () => socket,
    close: () => {
      closing.abort();
      closed ??= current.then(
        membership => leaveServer(membership, options.placement.cluster),
        // Joining failed or was given up: there is nothing to leave.
        () => undefined,
      );
      return closed;
    },
  };
}
