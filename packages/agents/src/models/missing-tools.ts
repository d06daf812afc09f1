import type { Entry } from '@tramontane/engine';

const LINE = /^Tools of server \S[^\n]* cannot be used now: /;
/** A reason may hold what a foreign server said. */
const MAX_REASON = 300;

/** What a model is told of the servers that this run could not reach: a line each. Only the newest run's misses still hold. */
export function missingLines(entries: readonly Entry[]): string[] {
  const newestInput = entries.findLastIndex(
    entry => entry.kind === 'function.result' || (entry.kind === 'message.input' && entry.role === 'user'),
  );
  return entries
    .slice(newestInput + 1)
    .filter(entry => entry.kind === 'tools.missing')
    .map(({ connectorName, message }) => {
      const reason = message.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_REASON);
      return `Tools of server ${connectorName} cannot be used now: ${reason}`;
    });
}

/** Those lines in a system text, for the model that reads it without understanding it: they stand at its end. */
export function readMissingLines(system: string): string[] {
  const paragraphs = system.split('\n\n');
  const last = paragraphs.findLastIndex(line => !LINE.test(line));
  return paragraphs.slice(last + 1);
}
