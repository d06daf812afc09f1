import { createHash } from 'node:crypto';

/** The column's value for a call's key: of any length, and nothing of it readable. Null: no key, write always. */
export function toKeyColumn(idempotencyKey: string | undefined): string | null {
  return idempotencyKey === undefined ? null : createHash('sha256').update(idempotencyKey).digest('hex');
}
