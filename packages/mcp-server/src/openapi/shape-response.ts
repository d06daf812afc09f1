import { ToolError } from '../kit-error.ts';
import { isJsonMedia } from './api-operation.ts';
import { isJson } from './parse-document.ts';
import type { ApiResponse } from './upstream.ts';

/** What of an answer a model gets to read. */
export interface Shaping {
  /** Fields to keep, as in `['id', 'customer.name', 'lines.amount']`; lists are gone through. All unless given. */
  readonly pick?: readonly string[];
  /** Entries of a list; 100 unless given. */
  readonly maxItems?: number;
  /** Bytes as JSON; 65,536 unless given. */
  readonly maxBytes?: number;
}

const MAX_ITEMS = 100;
const MAX_BYTES = 65_536;
const MAX_ERROR_TEXT = 500;

/** The body: what JSON it is, else its text; nothing for bytes. */
export function readBody(response: ApiResponse): unknown {
  const type = response.headers.get('content-type') ?? '';
  if (response.bytes.length === 0) return undefined;
  const text = new TextDecoder().decode(response.bytes);
  if (isJsonMedia(type) || (type === '' && /^\s*[[{]/.test(text))) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }
  return /^(text\/|application\/(xml|x-www-form-urlencoded|yaml|javascript))|\+xml|^$/.test(type)
    ? text
    : `(${response.bytes.length} bytes of ${type})`;
}

/** `{ items, truncated? }` for a list, an object as it is, `{ text }` for text. */
export function shape(
  body: unknown,
  { pick, maxItems = MAX_ITEMS, maxBytes = MAX_BYTES }: Shaping,
  note?: string,
): Readonly<Record<string, unknown>> {
  if (Array.isArray(body)) return shapeList(pickAll(body, pick), maxItems, maxBytes, note);
  const value = isJson(body) ? (pickAll(body, pick) as Readonly<Record<string, unknown>>) : toObject(body);
  const size = sizeOf(value);
  if (size <= maxBytes) return { ...value, ...(note !== undefined && { truncated: note }) };
  if (!isJson(body))
    return {
      text: String(body).slice(0, maxBytes),
      truncated: `Only the first ${maxBytes} characters are here.`,
    };
  throw new ToolError(
    `The answer has ${size} bytes, and the limit is ${maxBytes}. Ask for less: one entry, fewer fields, a smaller page.`,
  );
}

function shapeList(
  list: unknown,
  maxItems: number,
  maxBytes: number,
  note: string | undefined,
): Readonly<Record<string, unknown>> {
  const all = list as readonly unknown[];
  const items: unknown[] = [];
  let bytes = 2;
  for (const item of all.slice(0, maxItems)) {
    bytes += sizeOf(item) + 1;
    if (bytes > maxBytes) break;
    items.push(item);
  }
  const cut =
    items.length < all.length
      ? `Only the first ${items.length} of ${all.length} entries are here. Filter, or take the next page.`
      : note;
  return { items, ...(cut !== undefined && { truncated: cut }) };
}

function toObject(body: unknown): Readonly<Record<string, unknown>> {
  if (body === undefined || body === null) return { done: true };
  return typeof body === 'string' ? { text: body } : { value: body };
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

function pickAll(value: unknown, pick: readonly string[] | undefined): unknown {
  return pick === undefined
    ? value
    : pickFields(
        value,
        pick.map(path => path.split('.')),
      );
}

function pickFields(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (Array.isArray(value)) return value.map(one => pickFields(one, paths));
  if (!isJson(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const key of new Set(paths.map(([first = '']) => first))) {
    if (!Object.hasOwn(value, key)) continue;
    const inner = paths.filter(([first]) => first === key).map(path => path.slice(1));
    kept[key] = inner.some(path => path.length === 0) ? value[key] : pickFields(value[key], inner);
  }
  return kept;
}

/** An answer of 400 or above as a sentence: what the API says, and what to do. Secrets do not come out with it. */
export function toUpstreamError(
  api: string,
  method: string,
  response: ApiResponse,
  secrets: readonly string[],
): ToolError {
  const { status } = response;
  if (status === 401 || status === 403) {
    return new ToolError(
      `${api} refuses the gateway's own credentials for this (${status}). Other arguments do not help; tell the operator.`,
      { code: 'permission_denied' },
    );
  }
  const said = hide(describe(readBody(response)), secrets);
  const words = said === '' ? '' : ` and says: ${said}`;
  if (status === 429) {
    const after = response.headers.get('retry-after');
    return new ToolError(
      `${api} has had too many requests (429). Try again ${after === null ? 'later' : `after ${after.slice(0, 40)} (seconds, or that date)`}.`,
    );
  }
  if (status >= 500) {
    const unknown = method === 'GET' ? '' : ' Whether it was done is not known: look before you try again.';
    return new ToolError(
      `${api} failed (${status})${words}. It is a fault of ${api}, not of the arguments.${unknown}`,
    );
  }
  return new ToolError(
    `${api} answers ${status}${words}. ${status === 404 ? 'Check the identifiers.' : 'Change the arguments.'}`,
  );
}

/** The sentence of an error body: problem details (RFC 9457), and the forms that are common. */
function describe(body: unknown): string {
  if (!isJson(body)) return body === undefined ? '' : shorten(toLine(body));
  for (const key of ['detail', 'message', 'error_description', 'error', 'title', 'errors']) {
    const value = body[key];
    if (typeof value === 'string' && value !== '') return shorten(value);
    if (isJson(value) && typeof value['message'] === 'string') return shorten(value['message']);
  }
  return shorten(JSON.stringify(body));
}

function toLine(body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  // A page for people, not for models.
  return /^\s*<(!doctype|html)/i.test(text) ? '' : text.replaceAll(/\s+/g, ' ').trim();
}

function shorten(text: string): string {
  return text.length > MAX_ERROR_TEXT ? `${text.slice(0, MAX_ERROR_TEXT)}…` : text.replace(/\.$/, '');
}

function hide(text: string, secrets: readonly string[]): string {
  return secrets
    .filter(secret => secret.length > 3)
    .reduce((hidden, secret) => hidden.replaceAll(secret, '…'), text);
}
