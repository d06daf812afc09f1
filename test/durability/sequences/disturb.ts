import { setTimeout as sleep } from 'node:timers/promises';
import { record, records } from '../../api/shapes.ts';
import type { Dice } from './dice.ts';
import type { Operation } from './operation.ts';
import type { Shelf } from './create-shelf.ts';
import type { Stand } from './open-stand.ts';

/** What happens while a turn is under way. */
export interface Disturbance {
  readonly words: string;
  readonly killed: () => boolean;
  readonly cancelled: () => boolean;
  /** The conversation that was deleted, if the server said so. */
  readonly deleted: () => string | undefined;
  /** Ids of entries that were seen on the way. */
  readonly seen: readonly unknown[];
  readonly problems: readonly string[];
  /** Waits until everything has happened; what found no moment happens now. */
  settle(): Promise<void>;
}

type Act = 'kill' | 'cancel' | 'delete' | 'append' | 'look' | 'none';

/** Longest until a kill by the clock, in milliseconds. */
const KILL_WITHIN_MS = 80;
const MOMENTS = 8;

/** Arms one of them for a moment that the dice choose. */
export function disturb(
  { restartable, client, moments }: Stand,
  shelf: Shelf,
  dice: Dice,
  operations: readonly Operation[],
  kill: boolean,
): Disturbance {
  const [alone] = operations.length === 1 ? operations : [];
  // More of those that change something: they are the hard ones.
  const quiet =
    alone && dice.chance(0.45) ? dice.of<Act>(['cancel', 'cancel', 'delete', 'append', 'look']) : 'none';
  const act: Act = kill ? 'kill' : quiet;
  const underWay: Promise<void>[] = [];
  const seen: unknown[] = [];
  const problems: string[] = [];
  let killed = false;
  let cancelled = false;
  let deleted: string | undefined;

  const idOf = async () => (alone?.tag === undefined ? alone?.conversation?.id : shelf.find(alone.tag));
  const again = dice.chance(0.3) ? 1 + dice.below(MOMENTS) : undefined;
  const acts: Readonly<Record<Act, () => Promise<void>>> = {
    none: async () => {},
    async kill() {
      if (restartable.server().isDead()) return;
      // Killed once more while it goes on.
      if (!killed && again !== undefined) moments.arm(again, track('kill'));
      killed = true;
      await restartable.kill();
    },
    async cancel() {
      const id = await idOf();
      if (id === undefined) return;
      const answer = await client.send('POST', `/v1/conversations/${id}/cancel`);
      const status = answer?.status === 200 ? record(answer.json)['status'] : undefined;
      cancelled ||= status === 'cancelled';
      if (status !== 'cancelled' && status !== 'nothing_under_way')
        problems.push(`Cancelling was answered with ${JSON.stringify(answer)}.`);
    },
    async delete() {
      const id = await idOf();
      if (id === undefined) return;
      const answer = await client.send('DELETE', `/v1/conversations/${id}`);
      if (answer?.status === 204) deleted = id;
      else problems.push(`Deleting was answered with ${JSON.stringify(answer)}.`);
    },
    async append() {
      const id = await idOf();
      if (id === undefined || ended) return;
      const answer = await client.send('POST', `/v1/conversations/${id}`, { inputs: 'In between.' });
      if (answer?.status !== 409) problems.push(`An append in between: ${JSON.stringify(answer)}.`);
    },
    async look() {
      const id = await idOf();
      if (id === undefined || ended) return;
      const answer = await client.send('GET', `/v1/conversations/${id}/history`);
      if (answer?.status !== 200) problems.push(`A look in between: ${JSON.stringify(answer)}.`);
      else seen.push(...records(record(answer.json)['entries']).map(entry => entry['id']));
    },
  };
  let ended = false;
  const track = (name: Act) => async () => {
    const done = acts[name]();
    underWay.push(done);
    await done;
  };

  const count = 1 + dice.below(MOMENTS);
  const afterMs = dice.next() * KILL_WITHIN_MS;
  const half = act !== 'append' && act !== 'look' && dice.chance(0.3);
  const byClock = act === 'kill' && !half && dice.chance(0.4);
  if (act !== 'none') {
    if (byClock) underWay.push(sleep(afterMs).then(acts.kill));
    else if (half) moments.armHalf(track(act));
    else moments.arm(count, track(act), act === 'append');
  }
  const when = byClock
    ? `after ${Math.round(afterMs)} ms`
    : half
      ? 'in half an answer'
      : `at moment ${count}`;
  return {
    words: act === 'none' ? '' : `${act} ${when}`,
    killed: () => killed,
    cancelled: () => cancelled,
    deleted: () => deleted,
    seen,
    problems,
    async settle() {
      ended = true;
      const unreached = moments.takeUnreached();
      await Promise.all(underWay);
      // A second kill is for whoever goes on with the turn.
      if (killed && again !== undefined && unreached) moments.arm(again, unreached);
      else await unreached?.();
      await Promise.all(underWay);
    },
  };
}
