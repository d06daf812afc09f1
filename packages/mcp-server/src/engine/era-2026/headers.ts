import type { ParamHeader } from '../../definition/param-headers.ts';
import { quote } from '../../quote.ts';
import { isRecord, RPC, type Fault, type Params } from '../rpc.ts';

type Header = (name: string) => string | undefined;

/**
 * Which field of the params `Mcp-Name` repeats (2026-07-28, streamable-http, "Standard Request Headers"; the tasks
 * extension, "Routing Headers").
 */
const NAMED_BY = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

const ENCODED = /^=\?base64\?(.*)\?=$/s;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function checkVersionHeader(header: Header, version: string): Fault | undefined {
  return compare('MCP-Protocol-Version', header('mcp-protocol-version'), version);
}

/**
 * Gateways route and decide by the headers, the server acts by the body: a request in which the two differ could
 * pass a rule for one tool and call another (2026-07-28, streamable-http, "Server Validation").
 */
export function checkHeaders(header: Header, method: string, params: Params): Fault | undefined {
  const mismatch = compare('Mcp-Method', header('mcp-method'), method);
  if (mismatch) return mismatch;
  const field = NAMED_BY.get(method);
  if (field === undefined) return undefined;
  const expected = params[field];
  // Neither there: left to the method, which says what is missing.
  const given = header('mcp-name');
  if (typeof expected !== 'string' && given === undefined) return undefined;
  return compareEncoded('Mcp-Name', given, typeof expected === 'string' ? expected : undefined);
}

/** `Mcp-Param-*` repeat the arguments that the tool's schema marks; one that is absent or null has no header. */
export function checkParamHeaders(
  header: Header,
  paramHeaders: readonly ParamHeader[],
  args: unknown,
): Fault | undefined {
  for (const { header: name, path } of paramHeaders) {
    let value = args;
    for (const part of path) {
      value = isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined;
    }
    const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    // What is of a wrong type is left to the check of the arguments, which names the field.
    if (!plain && value != null) continue;
    const mismatch = compareEncoded(name, header(name), plain ? String(value) : undefined);
    if (mismatch) return mismatch;
  }
  return undefined;
}

/** Values that a header cannot carry come as `=?base64?…?=` ("Value Encoding"). */
function compareEncoded(
  name: string,
  given: string | undefined,
  expected: string | undefined,
): Fault | undefined {
  const encoded = given === undefined ? undefined : ENCODED.exec(given)?.[1];
  if (encoded === undefined) return compare(name, given, expected);
  if (!BASE64.test(encoded)) return mismatch(`${name} is marked as base64, but is not valid base64.`);
  return compare(name, Buffer.from(encoded, 'base64').toString('utf8'), expected);
}

function compare(name: string, given: string | undefined, expected: string | undefined): Fault | undefined {
  if (given === expected) return undefined;
  return mismatch(
    given === undefined
      ? `the header ${name} is missing. Send the value of the body in it.`
      : `${name} is ${quote(given)}, but the body says ${expected === undefined ? 'nothing' : quote(expected)}.`,
  );
}

function mismatch(problem: string): Fault {
  return { code: RPC.headerMismatch, message: `Header mismatch: ${problem}`, status: 400 };
}
