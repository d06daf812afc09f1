import { z } from 'zod';
import { withInferredType, type TagRule, type Untyped } from './tagged.ts';

const optionalText = z.string().nullable().exactOptional();

export const textChunkSchema = z.strictObject({ type: z.literal('text'), text: z.string() });
export type TextChunk = z.infer<typeof textChunkSchema>;

export const imageUrlChunkSchema = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.union([
    z.string(),
    z.strictObject({ url: z.string(), detail: z.enum(['low', 'auto', 'high']).nullable().exactOptional() }),
  ]),
});
export type ImageUrlChunk = z.infer<typeof imageUrlChunkSchema>;

export const documentUrlChunkSchema = z.strictObject({
  type: z.literal('document_url'),
  document_url: z.string(),
  document_name: optionalText,
});
export type DocumentUrlChunk = z.infer<typeof documentUrlChunkSchema>;

/** A file a tool produced; its bytes are at `/v1/files/{file_id}/content`. */
export const toolFileChunkSchema = z.strictObject({
  type: z.literal('tool_file'),
  tool: z.string(),
  file_id: z.string(),
  file_name: optionalText,
  file_type: optionalText,
});
export type ToolFileChunk = z.infer<typeof toolFileChunkSchema>;

/** Where a tool found what the text says. Only in what the server sends. */
export const toolReferenceChunkSchema = z.strictObject({
  type: z.literal('tool_reference'),
  tool: z.string(),
  title: z.string(),
  url: optionalText,
  favicon: optionalText,
  description: optionalText,
});
export type ToolReferenceChunk = z.infer<typeof toolReferenceChunkSchema>;

/** In chat completions and inside `thinking` only. */
export const referenceChunkSchema = z.strictObject({
  type: z.literal('reference'),
  reference_ids: z.array(z.union([z.int(), z.string()])),
});
export type ReferenceChunk = z.infer<typeof referenceChunkSchema>;

export const thinkingChunkSchema = z.strictObject({
  type: z.literal('thinking'),
  thinking: z.array(
    z.discriminatedUnion('type', [textChunkSchema, toolReferenceChunkSchema, referenceChunkSchema]),
  ),
  signature: optionalText,
  closed: z.boolean().exactOptional(),
});
export type ThinkingChunk = z.infer<typeof thinkingChunkSchema>;

/** In chat completions only. */
export const fileChunkSchema = z.strictObject({ type: z.literal('file'), file_id: z.string() });

/** In chat completions only: base64 data or a URL. */
export const audioChunkSchema = z.strictObject({ type: z.literal('input_audio'), input_audio: z.string() });

/**
 * A piece of a message. SDKs fail on the whole response when they meet a chunk of another type, so a server must
 * not invent any.
 */
export const outputChunkSchema = z.discriminatedUnion('type', [
  textChunkSchema,
  imageUrlChunkSchema,
  toolFileChunkSchema,
  documentUrlChunkSchema,
  thinkingChunkSchema,
  toolReferenceChunkSchema,
]);
export type OutputChunk = z.infer<typeof outputChunkSchema>;

const inputChunkUnion = z.discriminatedUnion('type', [
  textChunkSchema,
  imageUrlChunkSchema,
  toolFileChunkSchema,
  documentUrlChunkSchema,
  thinkingChunkSchema,
]);

const chunkRules: readonly TagRule[] = [
  ['text', ['text']],
  ['image_url', ['image_url']],
  ['document_url', ['document_url']],
  ['tool_file', ['tool', 'file_id']],
  ['thinking', ['thinking']],
];

/** A chunk a caller sends; `type` may be missing where the other keys tell it. */
export const inputChunkSchema = z.preprocess(
  (value: Untyped<z.input<typeof inputChunkUnion>>) => withInferredType(value, chunkRules),
  inputChunkUnion,
);
export type InputChunk = z.infer<typeof inputChunkSchema>;

/** Message content a caller sends. */
export const inputContentSchema = z.union([z.string(), z.array(inputChunkSchema)]);
export type InputContent = z.infer<typeof inputContentSchema>;

/** Message content the server sends. */
export const outputContentSchema = z.union([z.string(), z.array(outputChunkSchema)]);
export type OutputContent = z.infer<typeof outputContentSchema>;
