import { callTool, type RequestMeta, type ToolOutcome } from '../call-tool.ts';
import { readResource, type ReadOutcome } from '../read-resource.ts';
import { quote } from '../quote.ts';
import { isRecord, RPC, type Fault, type Params } from './rpc.ts';
import type { ServerModel } from './server-model.ts';

/** In `params._meta`: the same for every attempt of one call. */
const IDEMPOTENCY_KEY = 'io.tramontane/idempotency-key';

/** Of a tools/call in either era. A protocol error, because no tool has run: `fault`. */
export async function handleToolCall(
  model: ServerModel,
  params: Params,
  meta: RequestMeta,
): Promise<{ readonly fault: Fault } | { readonly outcome: ToolOutcome }> {
  const { name, arguments: args = {}, _meta } = params;
  if (typeof name !== 'string')
    return { fault: invalidParams('"name" must be a string: the name of a tool.') };
  if (!isRecord(args)) return { fault: invalidParams('"arguments" must be an object.') };
  const key = isRecord(_meta) ? _meta[IDEMPOTENCY_KEY] : undefined;
  if (key !== undefined && (typeof key !== 'string' || key === '')) {
    return { fault: invalidParams(`"_meta.${IDEMPOTENCY_KEY}" must be a string that is not empty.`) };
  }
  const outcome = await callTool(model.catalogue, { name, args, idempotencyKey: key }, meta, model.log);
  if (outcome.kind === 'failed' && outcome.failure === 'unknown_tool') {
    return { fault: invalidParams(outcome.message) };
  }
  return { outcome };
}

/** Of a resources/read in either era; the eras differ in how they say "not found". */
export async function handleRead(
  model: ServerModel,
  params: Params,
  meta: RequestMeta,
  notFoundCode: number,
): Promise<{ readonly fault: Fault } | Extract<ReadOutcome, { kind: 'contents' }>> {
  const { uri } = params;
  if (typeof uri !== 'string') return { fault: invalidParams('"uri" must be a string.') };
  const outcome = await readResource(model.catalogue, uri, meta, model.log);
  if (outcome.kind === 'contents') return outcome;
  if (outcome.kind === 'failed') {
    return { fault: { code: RPC.internalError, message: outcome.message, status: 200 } };
  }
  return {
    fault: { code: notFoundCode, message: `Resource not found: ${quote(uri)}`, data: { uri }, status: 200 },
  };
}

/** Lists come in one page, so no cursor was ever given out. */
export function refuseCursor(params: Params): Fault | undefined {
  return params['cursor'] === undefined
    ? undefined
    : invalidParams('This "cursor" is not known. Ask again without one.');
}

export function invalidParams(message: string, status = 200): Fault {
  return { code: RPC.invalidParams, message, status };
}
