import { z } from 'zod';
import { queryBoolean, queryInt, querySchema } from './query.ts';
import { timestampSchema } from './scalars.ts';

// This server's own: calls that left and got no answer, so that nobody knows whether they ran.

const nullableText = z.string().nullable();

export const unansweredCallSchema = z.strictObject({
  object: z.literal('unanswered_call'),
  conversation_id: z.string(),
  tool_call_id: z.string(),
  connector_id: nullableText,
  connector_name: nullableText,
  tool_name: z.string(),
  /** JSON text. */
  arguments: z.string(),
  noticed_at: timestampSchema,
  /** The tool's server can be asked again under the same key, without doing anything twice. */
  can_be_checked: z.boolean(),
  settlement: z
    .strictObject({
      verdict: z.enum(['ran', 'did_not_run', 'answered']),
      note: nullableText,
      settled_by: z.string(),
      settled_at: timestampSchema,
    })
    .nullable(),
});
export type UnansweredCall = z.infer<typeof unansweredCallSchema>;

export const unansweredCallListSchema = z.strictObject({
  object: z.literal('list'),
  data: z.array(unansweredCallSchema),
});
export type UnansweredCallList = z.infer<typeof unansweredCallListSchema>;

/** Body of `POST /v1/conversations/{conversation_id}/unanswered_calls/{tool_call_id}`. */
export const settleUnansweredCallSchema = z.strictObject({
  verdict: z.enum(['ran', 'did_not_run']),
  note: z.string().max(2000).nullable().exactOptional(),
});
export type SettleUnansweredCall = z.infer<typeof settleUnansweredCallSchema>;

/** Query of both lists. `settled`: those that are settled too. */
export const listUnansweredCallsQuerySchema = querySchema({
  page: queryInt({ min: 0 }).default(0),
  page_size: queryInt({ min: 1, max: 1000 }).default(100),
  settled: queryBoolean.default(false),
});
export type ListUnansweredCallsQuery = z.infer<typeof listUnansweredCallsQuerySchema>;
