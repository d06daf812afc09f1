import { readFileSync } from 'node:fs';

/** Of a file of the corpus: one text a line. */
export function readLines(name: string): readonly string[] {
  return read(`${name}.txt`).split('\n');
}

/** Of a file of queries: an empty line between them. */
export function readQueries(name: string): readonly string[] {
  return read(`${name}.sql`).split(/\n\s*\n/);
}

function read(file: string): string {
  return readFileSync(new URL(`corpus/${file}`, import.meta.url), 'utf8').trim();
}
