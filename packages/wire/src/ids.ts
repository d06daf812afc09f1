import { WireError } from './wire-error.ts';

/** What precedes the hexadecimal part of each kind of id. Messages have one prefix in both directions. */
export const ID_PREFIXES = {
  agent: 'ag_',
  conversation: 'conv_',
  message: 'msg_',
  functionCall: 'fc_',
  functionResult: 'fr_',
  toolExecution: 'tool_exec_',
  handoff: 'handoff_',
} as const;
export type IdKind = keyof typeof ID_PREFIXES;

/**
 * An id in the provider's form: a prefix and 32 lower-case hexadecimal digits.
 *
 * @param hex32 A UUID without dashes; version 7 keeps ids in order of time.
 * @throws {WireError} `invalid_id` when `hex32` is anything else.
 */
export function formatId(kind: IdKind, hex32: string): string {
  return ID_PREFIXES[kind] + checkedHex(hex32);
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const TOOL_CALL_ID_LENGTH = 9;

/**
 * A tool call's id: 9 letters and digits, the only form Mistral models take back. Made from the last digits, because
 * in a UUID of version 7 the first are the time, equal for calls of the same moment.
 *
 * @throws {WireError} `invalid_id` when `hex32` is not 32 lower-case hexadecimal digits.
 */
export function formatToolCallId(hex32: string): string {
  let rest = BigInt(`0x${checkedHex(hex32)}`);
  const base = BigInt(ALPHABET.length);
  let id = '';
  while (id.length < TOOL_CALL_ID_LENGTH) {
    id = ALPHABET.charAt(Number(rest % base)) + id;
    rest /= base;
  }
  return id;
}

function checkedHex(hex32: string): string {
  if (/^[0-9a-f]{32}$/.test(hex32)) return hex32;
  throw new WireError(
    'invalid_id',
    'An id was built from something else than 32 lower-case hexadecimal digits.',
  );
}
