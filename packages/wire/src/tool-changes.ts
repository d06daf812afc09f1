import { z } from 'zod';
import { timestampSchema } from './scalars.ts';

const fields = z.array(z.strictObject({ field: z.string(), before: z.unknown(), after: z.unknown() }));

/** One difference between what a tool server says now and what was pinned when it was first seen. */
export const toolChangeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('added'), tool: z.string() }),
  z.strictObject({ kind: z.literal('removed'), tool: z.string() }),
  z.strictObject({ kind: z.literal('renamed'), tool: z.string(), from: z.string() }),
  z.strictObject({ kind: z.literal('changed'), tool: z.string(), fields }),
  z.strictObject({ kind: z.literal('instructions'), fields }),
  /** The connector has another address now. */
  z.strictObject({ kind: z.literal('moved'), fields }),
]);

/** Answer of `GET /v1/connectors/{connector}/tool_changes`, an endpoint of our own. */
export const toolChangesSchema = z.strictObject({
  object: z.literal('connector.tool_changes'),
  connector_id: z.string(),
  policy: z.enum(['accept', 'warn', 'block']),
  pinned_at: timestampSchema.nullable(),
  seen_at: timestampSchema.nullable(),
  changes: z.array(toolChangeSchema),
  /** Texts that a person should look at; without `tool`, of the server's instructions. */
  marks: z.array(
    z.strictObject({
      tool: z.string().optional(),
      field: z.string(),
      kind: z.enum(['hidden_characters', 'instruction']),
      found: z.string(),
    }),
  ),
});

/** Answer of `POST /v1/connectors/{connector}/tool_changes/approve`. */
export const approvedChangesSchema = z.strictObject({
  message: z.string(),
  approved: z.array(toolChangeSchema),
});
