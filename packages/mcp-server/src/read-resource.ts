import { runWithin } from './call-scope.ts';
import { INTERNAL_ERROR, type RequestMeta } from './call-tool.ts';
import { toBase64, type ResourceContents } from './content.ts';
import type { Catalogue } from './definition/catalogue.ts';
import type { CompiledResource } from './definition/compile-resource.ts';
import type { ReadReturn } from './definition/define-resource.ts';
import { ToolError } from './kit-error.ts';
import { withFields, type Log } from './log.ts';

/** How a read ended, before any wire form. */
export type ReadOutcome =
  | { readonly kind: 'contents'; readonly contents: readonly ResourceContents[] }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'failed'; readonly message: string };

/** Reads a resource within its time limit. Never throws. */
export async function readResource(
  catalogue: Catalogue,
  uri: string,
  meta: RequestMeta,
  log: Log,
): Promise<ReadOutcome> {
  const resource = catalogue.findResource(uri);
  if (resource === undefined) return { kind: 'not_found' };
  try {
    const ending = await runWithin(resource.timeoutMs, meta.signal, async scope =>
      resource.read({
        uri,
        get signal() {
          return scope.signal;
        },
        requestId: meta.requestId,
        log: withFields(log, { requestId: meta.requestId, resource: resource.name }),
        ...(meta.auth && { auth: meta.auth }),
      }),
    );
    if (ending.kind === 'done') return toOutcome(uri, resource, ending.value);
    const what =
      ending.kind === 'aborted' ? 'was cancelled' : `timed out after ${resource.timeoutMs / 1000} s`;
    return { kind: 'failed', message: `Reading resource ${uri} ${what}.` };
  } catch (error) {
    const fields = { requestId: meta.requestId, uri, err: error };
    if (error instanceof ToolError) {
      if (error.cause !== undefined) log.warn(fields, `Reading resource "${resource.name}" failed.`);
      return { kind: 'failed', message: error.message };
    }
    log.error(fields, `Reading resource "${resource.name}" failed.`);
    return { kind: 'failed', message: INTERNAL_ERROR };
  }
}

function toOutcome(uri: string, { mimeType }: CompiledResource, read: ReadReturn): ReadOutcome {
  if (read === undefined || read === null) return { kind: 'not_found' };
  if (typeof read === 'string') return one({ uri, mimeType: mimeType ?? 'text/plain', text: read });
  if (read instanceof Uint8Array) {
    return one({ uri, mimeType: mimeType ?? 'application/octet-stream', blob: toBase64(read) });
  }
  return { kind: 'contents', contents: 'uri' in read ? [read] : read };
}

function one(contents: ResourceContents): ReadOutcome {
  return { kind: 'contents', contents: [contents] };
}
