import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** For the tests: a process of its own that opens the data folder, says where, and closes on SIGTERM. */
export interface OtherProcess {
  pid: number;
  /** First line it prints: the URL of its database, or `CODE: message` of the error. */
  said: Promise<string>;
  ended: Promise<number | undefined>;
  kill(signal: NodeJS.Signals): void;
}

const program = (module: string): string => `
  import { openEmbeddedPostgres } from ${JSON.stringify(module)};
  const idle = setInterval(() => undefined, 1000);
  try {
    const postgres = await openEmbeddedPostgres({ dataDirectory: process.argv[1] });
    process.once('SIGTERM', async () => { await postgres.close(); clearInterval(idle); });
    console.log(postgres.url('tramontane'));
  } catch (error) {
    console.log(error.code + ': ' + error.message);
    clearInterval(idle);
  }`;

export function openInOtherProcess(dataDirectory: string, user?: { uid: number; gid: number }): OtherProcess {
  const module = new URL('index.ts', import.meta.url).href;
  const child = spawn(
    process.execPath,
    ['--conditions=@tramontane/source', '--input-type=module', '-e', program(module), dataDirectory],
    { ...user, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<number | undefined>(resolve => {
    child.once('close', code => resolve(code ?? undefined));
  });
  const lines = createInterface({ input: child.stdout });
  const said = new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    child.once('error', reject);
    child.once('close', code => reject(new Error(`ended with ${code} before it said a word`)));
  });
  // Asked for later, or not at all.
  said.catch(() => undefined);
  return { pid: child.pid ?? 0, said, ended, kill: signal => void child.kill(signal) };
}
