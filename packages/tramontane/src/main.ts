#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { HELP, parseCommand } from './arguments.ts';
import { runCalls } from './calls.ts';
import { runChanges } from './changes.ts';
import { toFailure } from './failure.ts';
import { runKeys, type KeysOutput } from './keys.ts';
import { runMigrate } from './migrate.ts';
import { runSagas } from './sagas.ts';
import { watchOutput } from './output-lost.ts';
import { createScreen, type Screen } from './screen.ts';
import { start } from './start.ts';
import { openStopSignals } from './stop-signals.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  // Nobody reads what --help prints any more, as below `head`: that is no failure.
  watchOutput([process.stdout, process.stderr], () => undefined);
  const command = parseCommand(args);
  const screen = createScreen(process.stdout);
  switch (command.kind) {
    case 'help':
      screen.line(HELP);
      return 0;
    case 'version':
      screen.line(readVersion());
      return 0;
    case 'mistake':
      process.stderr.write(`${command.sentence}\n`);
      return 1;
    case 'new':
      return writeProject(command.folder, screen);
    case 'migrate':
      return tell(output => runMigrate(process.env, output));
    case 'keys-create':
    case 'keys-list':
    case 'keys-revoke':
      return tell(output => runKeys(command, process.env, output));
    case 'calls-list':
    case 'calls-check':
    case 'calls-settle':
      return tell(output => runCalls(command, process.env, output));
    case 'changes-list':
    case 'changes-approve':
      return tell(output => runChanges(command, process.env, output));
    case 'sagas-list':
    case 'sagas-retry':
      return tell(output => runSagas(command, process.env, output));
    case 'start':
      return serve(command.demo);
  }
}

async function writeProject(folder: string, screen: Screen): Promise<number> {
  // Loaded here: a start has no use for it.
  const { writeTemplate } = await import('@tramontane/mcp-server/template');
  const path = resolve(folder);
  try {
    await writeTemplate(path, basename(path));
  } catch (error) {
    process.stderr.write(`${toFailure(error)}\n`);
    return 1;
  }
  screen.line(`A new MCP server is in ${path}. Its README.md says how to go on.`);
  return 0;
}

async function tell(work: (output: KeysOutput) => Promise<number>): Promise<number> {
  try {
    return await work({
      out: text => void process.stdout.write(`${text}\n`),
      say: sentence => void process.stderr.write(`${sentence}\n`),
      // A file or another program gets the whole table.
      width: process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY,
    });
  } catch (error) {
    process.stderr.write(`${toFailure(error)}\n`);
    return 1;
  }
}

async function serve(demo: boolean): Promise<number> {
  const screen = createScreen(process.stdout);
  const stop = openStopSignals(() => {
    process.stderr.write('Stopped at once. The next start cleans up what is left.\n');
    // The example server ends with this process by itself.
    process.exit(130);
  });
  watchOutput([process.stdout, process.stderr], () => stop.stop());
  try {
    screen.title(`Tramontane ${readVersion()}`);
    await start({ environment: process.env, demo, screen, stop });
    return 0;
  } catch (error) {
    if (stop.signal.aborted && error === stop.signal.reason) return 0;
    process.stderr.write(`${toFailure(error)}\n`);
    return 1;
  } finally {
    stop.close();
  }
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return (manifest as { version: string }).version;
}
