// Where the checkout is, and the one kind of error these scripts show without a stack trace. Runs on Node 20.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

/** Something a person can mend: one sentence, then details that help. */
export class StartError extends Error {
  constructor(sentence, details = []) {
    super(sentence);
    this.name = 'StartError';
    this.details = details;
  }
}

/** Runs a script's body: its number is the exit code; a StartError is shown as its sentence, anything else with its stack. */
export async function runScript(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    if (error instanceof StartError)
      console.error([error.message, ...error.details.map(line => `  ${line}`)].join('\n'));
    else console.error(error);
    process.exitCode = 1;
  }
}
