import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tellParent } from './tell-parent.ts';

/** A loop as a service on bare `node:http`: every POST is one run, and its answer is the run's last words. */
export function serveRuns(run: () => Promise<string>): void {
  const server = createServer((message, response) => {
    message.resume();
    run().then(
      words => response.writeHead(200, { 'content-type': 'text/plain' }).end(words),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1', () => {
    tellParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
}

/** `--name=value` of the command line. @throws Error when it is not given. */
export function readText(name: string): string {
  const given = process.argv.find(arg => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  if (given === undefined) throw new Error(`--${name} is missing.`);
  return given;
}
