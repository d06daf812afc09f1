import { isRecord } from './json.ts';

/** What a failed HTTP answer says in its body, in the usual places, or undefined where it says nothing readable. */
export function sentenceOf(body: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // A short plain text is a sentence; a web page is not.
    const text = body.trim();
    return text === '' || text.startsWith('<') ? undefined : text;
  }
  return findSentence(value);
}

function findSentence(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  // FastAPI reports each wrong field as {loc, msg}.
  if (Array.isArray(value))
    return (
      value
        .map(findSentence)
        .filter(part => part !== undefined)
        .join('; ') || undefined
    );
  if (!isRecord(value)) return undefined;
  if (typeof value['msg'] === 'string') {
    const place = Array.isArray(value['loc']) ? `${value['loc'].join('.')}: ` : '';
    return place + value['msg'];
  }
  for (const name of ['detail', 'error_description', 'error', 'message']) {
    const found = findSentence(value[name]);
    if (found !== undefined) return found;
  }
  return undefined;
}
