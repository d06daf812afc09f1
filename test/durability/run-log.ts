import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** A look into the database of the server under test, and a hand in it. */
export interface RunLog {
  runOf(conversationId: string): Promise<{ id: string; running: boolean } | undefined>;
  runningRun(): Promise<string>;
  /** Number of runs that have not ended. */
  underWay(): Promise<number>;
  events(runId: string): Promise<LoggedEvent[]>;
  /** Lets nobody write event `seq` of the run, until it is let go. */
  block(runId: string, seq: number): Promise<Block>;
  close(): Promise<void>;
}

export interface LoggedEvent {
  readonly seq: number;
  readonly type: string;
  /** Of events of a tool call. */
  readonly callId: string | null;
}

export interface Block {
  /** Waits until so many sessions wait for the blocked position. */
  waiting(count: number): Promise<number[]>;
  /** Ends the waiting session: what it wrote never happened. */
  cut(pid: number): Promise<void>;
  release(): Promise<void>;
}

const LIMIT_MS = 20_000;
const LOOK_EVERY_MS = 5;

export async function openRunLog(url: string): Promise<RunLog> {
  const connect = async () => {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const client = await connect();
  const rows = async <T>(text: string, values: unknown[] = []): Promise<T[]> =>
    (await client.query(text, values)).rows as T[];
  const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
    for (const end = Date.now() + LIMIT_MS; Date.now() < end; await sleep(LOOK_EVERY_MS)) {
      const found = await look();
      if (found !== undefined) return found;
    }
    throw new Error(`Waited ${LIMIT_MS} ms in vain: ${what}.`);
  };

  return {
    async runOf(conversationId) {
      const found = await rows<{ id: string; running: boolean }>(
        'select id, running from tramontane.runs where conversation_id = $1 order by position limit 1',
        [conversationId],
      );
      return found[0];
    },
    async runningRun() {
      const found = await rows<{ id: string }>('select id from tramontane.runs where running');
      if (found.length !== 1) throw new Error(`${found.length} runs are under way, not one.`);
      return found[0]?.id ?? '';
    },
    async underWay() {
      return (await rows('select 1 from tramontane.runs where running')).length;
    },
    events: runId =>
      rows(
        `select seq, event->>'type' as type, event->>'callId' as "callId"
         from tramontane.run_events where run_id = $1 order by seq`,
        [runId],
      ),
    async block(runId, seq) {
      const blocker = await connect();
      await blocker.query('begin');
      // Whoever inserts the same key waits for this transaction to end.
      await blocker.query(
        `insert into tramontane.run_events (run_id, workspace, user_id, seq, event)
         select id, workspace, user_id, $2, '{}' from tramontane.runs where id = $1`,
        [runId, seq],
      );
      return {
        waiting: count =>
          until(`${count} sessions wait for event ${seq}`, async () => {
            const found = await rows<{ pid: number }>(
              `select pid from pg_stat_activity
               where datname = current_database() and wait_event_type = 'Lock' and query like '%run_events%'`,
            );
            return found.length >= count ? found.map(({ pid }) => pid) : undefined;
          }),
        async cut(pid) {
          await rows('select pg_terminate_backend($1, 5000)', [pid]);
        },
        async release() {
          await blocker.query('rollback');
          await blocker.end();
        },
      };
    },
    close: () => client.end(),
  };
}
