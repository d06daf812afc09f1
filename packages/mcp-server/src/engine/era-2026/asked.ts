import type { Dialect } from '../../asking/dialogue.ts';
import type { RequestMeta } from '../../request-meta.ts';
import type { Asked } from '../requests.ts';
import { isRecord, type Fault, type Params } from '../rpc.ts';
import type { ServerModel } from '../server-model.ts';
import { openDialogue, toFirstDialogue } from './dialogue.ts';
import { readClient, readLogLevel } from './envelope.ts';
import { checkParamHeaders } from './headers.ts';

const DIALECT: Dialect = {
  readClient,
  readLogLevel,
  openDialogue: params => toFirstDialogue(readClient(params)),
};

/** A request that a handler answers, with the answers and the state it brought; most bring nothing. */
export function toAsked(
  method: string,
  params: Params,
  meta: RequestMeta,
  { sealer }: ServerModel,
): Asked | { readonly fault: Fault } {
  if (params['inputResponses'] === undefined && params['requestState'] === undefined) {
    return { params, meta, dialect: DIALECT, dialogue: undefined };
  }
  const dialogue = openDialogue(method, params, meta, readClient(params), sealer);
  return 'fault' in dialogue ? dialogue : { params, meta, dialect: DIALECT, dialogue };
}

/** `Mcp-Param-*` of a tools/call. */
export function checkToolHeaders(
  { catalogue }: ServerModel,
  params: Params,
  { header }: RequestMeta,
): Fault | undefined {
  if (header === undefined) return undefined;
  const tool = catalogue.tools.get(params['name'] as string);
  if (tool === undefined || tool.paramHeaders.length === 0) return undefined;
  const { arguments: args } = params;
  return checkParamHeaders(header, tool.paramHeaders, isRecord(args) ? args : {});
}
