import type { InputRequired } from '../asking/input-required.ts';
import type { ReadContext } from '../call-context.ts';
import type { Annotations, ResourceContents } from '../content.ts';
import type { Complete } from './complete.ts';

/**
 * - a string: text; bytes: a blob;
 * - one or several full contents (`{uri, mimeType?, text | blob}`);
 * - `undefined` or `null`: there is no such resource.
 */
export type ReadReturn =
  string | Uint8Array | ResourceContents | readonly ResourceContents[] | undefined | null;

type Read = ReadReturn | InputRequired;

/** How long, and for whom, an answer may be kept (MCP 2026-07-28, server/utilities/caching). */
export interface CacheHint {
  /** Milliseconds; 0 for not at all. */
  readonly ttlMs: number;
  /** `public`: the same for every caller, so that shared caches may keep it too. */
  readonly scope: 'public' | 'private';
}

interface ResourceCommon {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  /** Of what `read` returns as a string or bytes. Unless given: text/plain, application/octet-stream. */
  readonly mimeType?: string;
  readonly annotations?: Annotations;
  /** Not kept by anybody unless given. */
  readonly cache?: CacheHint;
  /** Milliseconds until `context.signal` aborts and the caller is told; 60,000 unless given. */
  readonly timeoutMs?: number;
}

export interface StaticResource extends ResourceCommon {
  readonly uri: string;
  /** Bytes, where known. */
  readonly size?: number;
  readonly read: (uri: string, context: ReadContext) => Read | Promise<Read>;
}

export interface TemplateResource extends ResourceCommon {
  /**
   * RFC 6570, `{name}` and `{+name}`: `{name}` is one segment without `/`; `{+name}` may hold several, but no
   * `..`. Values are percent-decoded.
   */
  readonly uriTemplate: string;
  readonly read: (params: Readonly<Record<string, string>>, context: ReadContext) => Read | Promise<Read>;
  /** Suggests values for variables of the template, by name. */
  readonly complete?: Readonly<Record<string, Complete>>;
}

/** A declared resource; hand it to `createMcpServer`. */
export type Resource = StaticResource | TemplateResource;

/** Declares a resource at one URI, or a family of them behind a URI template. */
export function defineResource(resource: StaticResource): Resource;
export function defineResource(resource: TemplateResource): Resource;
export function defineResource(resource: Resource): Resource {
  return resource;
}
