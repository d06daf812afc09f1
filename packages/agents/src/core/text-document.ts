/** Media type and the options after it, such as `;base64`. */
export const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/;

/** The words of a text document in a `data:` address, which models get as text; undefined for any other address. */
export function textOfDocument(url: string): string | undefined {
  const [head = '', mediaType = '', options = ''] = DATA_URL.exec(url) ?? [];
  if (!mediaType.startsWith('text/') && mediaType !== 'application/json') return undefined;
  const body = url.slice(head.length);
  return options.endsWith(';base64') ? Buffer.from(body, 'base64').toString('utf8') : decodeLoosely(body);
}

export function decodeLoosely(body: string): string {
  try {
    return decodeURIComponent(body);
  } catch {
    return body;
  }
}
