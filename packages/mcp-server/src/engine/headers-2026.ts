import { quote } from '../quote.ts';
import { RPC, type Fault, type Params } from './rpc.ts';

type Header = (name: string) => string | undefined;

/** Which field of the params `Mcp-Name` repeats (2026-07-28, streamable-http, "Standard Request Headers"). */
const NAMED_BY = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

const BASE64_VALUE = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;

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
  const decoded = given === undefined ? undefined : decodeHeader(given);
  return compare('Mcp-Name', decoded, typeof expected === 'string' ? expected : undefined);
}

/** Values that a header cannot carry come as `=?base64?…?=` ("Value Encoding"). */
function decodeHeader(value: string): string {
  const encoded = BASE64_VALUE.exec(value)?.[1];
  return encoded === undefined ? value : Buffer.from(encoded, 'base64').toString('utf8');
}

function compare(name: string, given: string | undefined, expected: string | undefined): Fault | undefined {
  if (given === expected) return undefined;
  const message =
    given === undefined
      ? `Header mismatch: the header ${name} is missing. Send the value of the body in it.`
      : `Header mismatch: ${name} is ${quote(given)}, but the body says ${expected === undefined ? 'nothing' : quote(expected)}.`;
  return { code: RPC.headerMismatch, message, status: 400 };
}
