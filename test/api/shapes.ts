export type Json = Record<string, unknown>;

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object in a value; a test that finds something else there has failed. */
export function record(value: unknown): Json {
  if (!isRecord(value)) throw new Error(`Not an object: ${JSON.stringify(value)}`);
  return value;
}

export function records(value: unknown): Json[] {
  if (!Array.isArray(value)) throw new Error(`Not a list: ${JSON.stringify(value)}`);
  return value.map(record);
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`Not a text: ${JSON.stringify(value)}`);
  return value;
}

/** The text of the tool results in an execution's `info`. */
export function infoText(entry: Json): string {
  return records(record(entry['info'])['content'])
    .map(block => block['text'])
    .join('\n');
}

/** Waits until `look` finds something; at most ten seconds, so that a hang is a failure with a name. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const until = Date.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error(`Waited ten seconds for: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
