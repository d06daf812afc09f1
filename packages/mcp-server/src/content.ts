/** Who a block is for, how much it matters (0 to 1), and when it was last changed (ISO 8601). */
export interface Annotations {
  readonly audience?: readonly ('user' | 'assistant')[];
  readonly priority?: number;
  readonly lastModified?: string;
}

interface BlockBase {
  readonly annotations?: Annotations;
  readonly _meta?: Readonly<Record<string, unknown>>;
}

export interface TextBlock extends BlockBase {
  readonly type: 'text';
  readonly text: string;
}

/** `data` is base64. */
export interface MediaBlock extends BlockBase {
  readonly type: 'image' | 'audio';
  readonly data: string;
  readonly mimeType: string;
}

export interface ResourceLinkBlock extends BlockBase {
  readonly type: 'resource_link';
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
}

/** `blob` is base64. */
export type ResourceContents = {
  readonly uri: string;
  readonly mimeType?: string;
  readonly _meta?: Readonly<Record<string, unknown>>;
} & ({ readonly text: string } | { readonly blob: string });

export interface EmbeddedResourceBlock extends BlockBase {
  readonly type: 'resource';
  readonly resource: ResourceContents;
}

/** One piece of a tool's answer (MCP 2026-07-28, server/tools, "Tool Result"). */
export type ContentBlock = TextBlock | MediaBlock | ResourceLinkBlock | EmbeddedResourceBlock;

/**
 * A handler may return plain data that happens to look like a block (`{type:'text'}` is an ordinary database
 * row). Only blocks made by the functions below carry this mark, so only they are taken for blocks when
 * returned bare. A symbol key is left out of JSON.
 */
const BLOCK = Symbol('content block');

function mark<Block extends ContentBlock>(block: Block): Block {
  return Object.defineProperty(block, BLOCK, { value: true });
}

export function isContentBlock(value: unknown): value is ContentBlock {
  return typeof value === 'object' && value !== null && BLOCK in value;
}

/** Text, as a block among others; a handler that has nothing else to say can return the string itself. */
export function text(value: string, annotations?: Annotations): TextBlock {
  return mark({ type: 'text', text: value, ...(annotations && { annotations }) });
}

/** `data`: bytes, or bytes already in base64. */
export function image(data: Uint8Array | string, mimeType: string, annotations?: Annotations): MediaBlock {
  return mark({ type: 'image', data: toBase64(data), mimeType, ...(annotations && { annotations }) });
}

/** `data`: bytes, or bytes already in base64. */
export function audio(data: Uint8Array | string, mimeType: string, annotations?: Annotations): MediaBlock {
  return mark({ type: 'audio', data: toBase64(data), mimeType, ...(annotations && { annotations }) });
}

/** Points to a resource the caller may read, without its contents. */
export function resourceLink(link: Omit<ResourceLinkBlock, 'type'>): ResourceLinkBlock {
  return mark({ type: 'resource_link', ...link });
}

/** Carries a resource's contents inside the answer. */
export function embeddedResource(
  resource: ResourceContents,
  annotations?: Annotations,
): EmbeddedResourceBlock {
  return mark({ type: 'resource', resource, ...(annotations && { annotations }) });
}

export function toBase64(data: Uint8Array | string): string {
  if (typeof data === 'string') return data;
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
}
