import type { ClientDetails } from '../../call-context.ts';
import { isLogLevel, type LogLevel } from '../../log-level.ts';
import { quote } from '../../quote.ts';
import type { RequestMeta } from '../../request-meta.ts';
import { invalidParams } from '../faults.ts';
import { isRecord, RPC, type Fault, type Params, type RpcRequest } from '../rpc.ts';
import { checkHeaders, checkVersionHeader } from './headers.ts';

/** Versions that carry everything in each request (MCP 2026-07-28, basic, "Statelessness"). */
export const MODERN_VERSIONS: readonly string[] = ['2026-07-28'];

const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities';
const CLIENT_INFO_KEY = 'io.modelcontextprotocol/clientInfo';
const LOG_LEVEL_KEY = 'io.modelcontextprotocol/logLevel';

/** The request says that it is of this era, in whatever version. */
export function claimsModern(params: Params): boolean {
  return isRecord(params['_meta']) && VERSION_KEY in params['_meta'];
}

/**
 * Checks the metadata every request carries (basic, "Per-request protocol fields") and, over HTTP, the headers that
 * repeat it. The version comes first: what else a request of another version must hold is not known here.
 */
export function admitRequest({ method, params }: RpcRequest, meta: RequestMeta): Fault | undefined {
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

/** Of this request alone: nothing may be concluded from earlier ones. */
export function readClient(params: Params): ClientDetails {
  const envelope = params['_meta'];
  const { [CAPABILITIES_KEY]: capabilities, [CLIENT_INFO_KEY]: info } = isRecord(envelope) ? envelope : {};
  const known = isRecord(info) && typeof info['name'] === 'string' && typeof info['version'] === 'string';
  return {
    capabilities: isRecord(capabilities) ? capabilities : {},
    ...(known && { info: { name: String(info['name']), version: String(info['version']) } }),
  };
}

export function readLogLevel(params: Params): LogLevel | undefined {
  const envelope = params['_meta'];
  const level = isRecord(envelope) ? envelope[LOG_LEVEL_KEY] : undefined;
  return isLogLevel(level) ? level : undefined;
}
