import { expect } from 'vitest';
import { errorBodySchema } from '@tramontane/wire';
import type { ApiAnswer } from './open-api-server.ts';

/** The shape every error but 401 has; on 422 with the list of problems, elsewhere without. */
export function expectError(answer: ApiAnswer, status: number): void {
  expect([answer.status, answer.text]).toEqual([status, answer.text]);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  if (status === 401) return expect(answer.json).toEqual({ detail: 'Unauthorized' });
  const body = errorBodySchema.parse(answer.json);
  expect(body.raw_status_code).toBe(status);
  expect(body.message).toMatch(/\S/);
  if (status === 422) expect(body.detail?.length).toBeGreaterThan(0);
  else expect(body.detail).toBeUndefined();
}
