import { wrongField } from './api-error.ts';

/**
 * PostgreSQL can keep a NUL or half a character in JSON, but fails whenever it reads a field of that JSON: one agent or
 * connector with such a text would break every list it could be in. @param loc Where the value stands.
 */
export function refuseUnstorable(value: unknown, loc: readonly (string | number)[]): void {
  if (typeof value === 'string') {
    if (value.includes('\0')) throw wrongField(loc, 'A NUL character cannot be stored here.');
    if (!value.isWellFormed()) throw wrongField(loc, 'Half a surrogate pair is no text that can be stored.');
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    refuseUnstorable(key, loc);
    refuseUnstorable(item, [...loc, Array.isArray(value) ? Number(key) : key]);
  }
}
