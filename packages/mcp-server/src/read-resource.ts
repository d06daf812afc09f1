import { runWithin } from './call-scope.ts';
import { toBase64, type ResourceContents } from './content.ts';
import type { Catalogue } from './definition/catalogue.ts';
import type { CompiledResource } from './definition/compile-resource.ts';
import type { CacheHint, ReadReturn } from './definition/define-resource.ts';
import { failed, toFailed, type Failed } from './failure.ts';
import { HandlerContext, type Run } from './handler-context.ts';
import type { Log } from './log.ts';
import { runHandler, type InputNeeded } from './run-handler.ts';

/** How a read ended, before any wire form. */
export type ReadOutcome =
  | {
      readonly kind: 'contents';
      readonly contents: readonly ResourceContents[];
      readonly cache: CacheHint | undefined;
    }
  | { readonly kind: 'not_found' }
  | InputNeeded
  | Failed;

export interface ResourceRead extends Run {
  readonly uri: string;
}

/** Reads a resource within its time limit. Never throws. */
export async function readResource(catalogue: Catalogue, read: ResourceRead, log: Log): Promise<ReadOutcome> {
  const { uri, meta } = read;
  const resource = catalogue.findResource(uri);
  if (resource === undefined) return { kind: 'not_found' };
  try {
    const ending = await runWithin(resource.timeoutMs, meta, scope => {
      const context = new HandlerContext(read, resource.subject, scope, log, uri);
      return runHandler(context, () => resource.read(context));
    });
    if (ending.kind === 'aborted') return failed('aborted', `Reading resource ${uri} was cancelled.`);
    if (ending.kind === 'timed_out') {
      return failed('timed_out', `Reading resource ${uri} timed out after ${resource.timeoutMs / 1000} s.`);
    }
    if (ending.value.kind === 'input_needed') return ending.value;
    return toOutcome(uri, resource, ending.value.value as ReadReturn);
  } catch (error) {
    return toFailed(error, `Resource "${resource.name}"`, { requestId: meta.requestId, uri }, log);
  }
}

function toOutcome(uri: string, { mimeType, cache }: CompiledResource, read: ReadReturn): ReadOutcome {
  if (read === undefined || read === null) return { kind: 'not_found' };
  if (typeof read === 'string') return one({ uri, mimeType: mimeType ?? 'text/plain', text: read }, cache);
  if (read instanceof Uint8Array) {
    return one({ uri, mimeType: mimeType ?? 'application/octet-stream', blob: toBase64(read) }, cache);
  }
  return 'uri' in read ? one(read, cache) : { kind: 'contents', contents: read, cache };
}

function one(contents: ResourceContents, cache: CacheHint | undefined): ReadOutcome {
  return { kind: 'contents', contents: [contents], cache };
}
