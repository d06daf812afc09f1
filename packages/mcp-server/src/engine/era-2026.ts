import type { RequestMeta, ToolOutcome } from '../call-tool.ts';
import { quote } from '../quote.ts';
import type { Answer, Era, Method } from './era.ts';
import { checkHeaders, checkVersionHeader } from './headers-2026.ts';
import { handleRead, handleToolCall, invalidParams, refuseCursor } from './requests.ts';
import { isRecord, RPC, type Fault, type Params, type RpcRequest } from './rpc.ts';
import { toCapabilities, type ServerModel } from './server-model.ts';

/** Versions that carry everything in each request (MCP 2026-07-28, basic, "Statelessness"). */
export const MODERN_VERSIONS: readonly string[] = ['2026-07-28'];

const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities';
const SERVER_INFO_KEY = 'io.modelcontextprotocol/serverInfo';

/** What is listed never changes while the server runs; a client that missed a restart is wrong for this long. */
const LIST_TTL_MS = 60_000;

/** The request says that it is of this era, in whatever version. */
export function claimsModern(params: Params): boolean {
  return isRecord(params['_meta']) && VERSION_KEY in params['_meta'];
}

export function createEra2026(model: ServerModel): Era {
  const { catalogue, identity, instructions } = model;
  const about = { [SERVER_INFO_KEY]: identity };
  const list = (name: string, entries: Iterable<object>): Method => {
    const body = `{"resultType":"complete",${JSON.stringify(name)}:${JSON.stringify([...entries])}`;
    return toCacheable(body, about);
  };
  const discover = JSON.stringify({
    resultType: 'complete',
    supportedVersions: MODERN_VERSIONS,
    capabilities: toCapabilities(catalogue),
    ...(instructions !== undefined && { instructions }),
  }).slice(0, -1);

  const methods = new Map<string, Method>([['server/discover', toCacheable(discover, about)]]);
  if (catalogue.tools.size > 0) {
    methods.set(
      'tools/list',
      list(
        'tools',
        [...catalogue.tools.values()].map(tool => tool.published),
      ),
    );
    methods.set('tools/call', async (params, meta) => {
      const called = await handleToolCall(model, params, meta);
      return 'fault' in called ? called : { result: toToolResultJson(called.outcome, about) };
    });
  }
  if (catalogue.resources.length + catalogue.templates.length > 0) {
    methods.set(
      'resources/list',
      list(
        'resources',
        catalogue.resources.map(resource => resource.published),
      ),
    );
    methods.set(
      'resources/templates/list',
      list(
        'resourceTemplates',
        catalogue.templates.map(template => template.published),
      ),
    );
    methods.set('resources/read', async (params, meta) => {
      const read = await handleRead(model, params, meta, RPC.invalidParams);
      if ('fault' in read) return read;
      const { contents } = read;
      // What a handler returns may differ with every call and caller, so nobody may keep it.
      const result = { resultType: 'complete', contents, ttlMs: 0, cacheScope: 'private', _meta: about };
      return { result: JSON.stringify(result) };
    });
  }
  return { admit: admitRequest, methods, unknownMethodStatus: 404 };
}

/**
 * Checks the metadata every request carries (basic, "Per-request protocol fields") and, over HTTP, the headers that
 * repeat it. The version comes first: what else a request of another version must hold is not known here.
 */
function admitRequest({ method, params }: RpcRequest, meta: RequestMeta): Fault | undefined {
  const envelope = params['_meta'];
  const version = isRecord(envelope) ? envelope[VERSION_KEY] : undefined;
  if (!isRecord(envelope) || typeof version !== 'string') {
    return invalidParams(`"_meta" must name the protocol version in "${VERSION_KEY}".`, 400);
  }
  const mismatch = meta.header && checkVersionHeader(meta.header, version);
  if (mismatch) return mismatch;
  if (!MODERN_VERSIONS.includes(version)) return unsupportedVersion(version);
  if (!isRecord(envelope[CAPABILITIES_KEY])) {
    return invalidParams(
      `"_meta" must hold the client's capabilities, an object, in "${CAPABILITIES_KEY}".`,
      400,
    );
  }
  return meta.header && checkHeaders(meta.header, method, params);
}

export function unsupportedVersion(requested: string): Fault {
  return {
    code: RPC.unsupportedVersion,
    message: `Protocol version ${quote(requested)} is not supported.`,
    data: { supported: MODERN_VERSIONS, requested },
    status: 400,
  };
}

/**
 * Completes a result that may be cached (server/utilities/caching). Behind authentication it is kept per caller: the
 * same for all of them, but not for those who were let in by nobody.
 */
function toCacheable(body: string, about: object): Method {
  const tail = (scope: string): string =>
    `,"ttlMs":${LIST_TTL_MS},"cacheScope":"${scope}","_meta":${JSON.stringify(about)}}`;
  const open: Answer = { result: body + tail('public') };
  const guarded: Answer = { result: body + tail('private') };
  return (params, meta) => {
    const fault = refuseCursor(params);
    return fault ? { fault } : meta.auth ? guarded : open;
  };
}

function toToolResultJson(outcome: ToolOutcome, about: object): string {
  if (outcome.kind === 'failed') {
    const content = [{ type: 'text', text: outcome.message }];
    return JSON.stringify({ resultType: 'complete', content, isError: true, _meta: about });
  }
  const { content, structuredContent, isError, _meta } = outcome.result;
  return JSON.stringify({
    resultType: 'complete',
    content,
    structuredContent,
    isError,
    _meta: { ...about, ..._meta },
  });
}
