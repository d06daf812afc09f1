import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { formatCursor, parseCursor } from '@tramontane/wire';
import type { z } from 'zod';
import { wrongField } from '../core/api-error.ts';
import { callerOf } from './caller.ts';

/** Where a list goes on, for the caller who read it so far: another one's cursor is no cursor at all. */
export function toCursor(request: FastifyRequest, list: string, position: unknown): string {
  return formatCursor(listOf(request, list), position);
}

/** @param key The query's key that holds the cursor. @throws ApiError `validation` for what is no cursor of this list. */
export function readCursor<T extends z.ZodType>(
  request: FastifyRequest,
  list: string,
  position: T,
  query: { readonly key: 'cursor' | 'page_token'; readonly text: string | undefined },
): z.infer<T> | undefined {
  if (query.text === undefined) return undefined;
  const parsed = parseCursor(listOf(request, list), position, query.text);
  if (!parsed.ok) {
    throw wrongField(['query', query.key], `This is no ${query.key.replace('_', ' ')} of this list.`);
  }
  return parsed.value;
}

function listOf(request: FastifyRequest, list: string): string {
  const { organization, workspace, user } = callerOf(request);
  const reader = createHash('sha256').update(JSON.stringify([organization, workspace, user]));
  return `${list} ${reader.digest('base64url').slice(0, 16)}`;
}
