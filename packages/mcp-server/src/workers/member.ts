import cluster from 'node:cluster';
import { createChannel } from './channel.ts';
import type { Hub } from './hub.ts';
import type { WorkerMethods } from './methods.ts';

/** A worker, as the first process sees it. */
export interface Member {
  readonly id: number;
  readonly pid: number | undefined;
  /** Has ever served. */
  readonly serves: () => boolean;
  readonly livedMs: () => number;
  /** Lets it finish what it has. */
  readonly close: () => void;
  readonly kill: () => void;
  /** How it ended, as in `with code 1`. */
  readonly ended: Promise<string>;
}

/** Starts this program once more, as a worker. */
export function forkMember(hub: Hub, onServing: (url: string) => void): Member {
  const forked = cluster.fork();
  const { id } = forked;
  const begun = performance.now();
  let serves = false;
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const ready = (url: string): void => {
    serves = true;
    onServing(url);
  };
  const channel = createChannel<WorkerMethods>(
    // One that just died is told nothing any more; its exit follows.
    message => void (forked.isConnected() && forked.send(message, () => {})),
    hub.methodsFor(id, ready),
  );
  hub.join(id, channel);
  forked.on('message', channel.receive);
  const end = (how: string): void => {
    channel.close();
    hub.leave(id);
    resolve(how);
  };
  // Of a process that could not even be started; without a listener it would end this one.
  forked.on('error', error => forked.process.pid === undefined && end(`at its start (${error.message})`));
  forked.once('exit', (code, signal) => end(signal ? `by ${signal}` : `with code ${code}`));
  return {
    id,
    pid: forked.process.pid,
    serves: () => serves,
    livedMs: () => performance.now() - begun,
    close: () => channel.tell('close', []),
    kill: () => void forked.process.kill('SIGKILL'),
    ended,
  };
}
