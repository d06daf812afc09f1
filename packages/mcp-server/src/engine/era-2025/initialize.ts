import type { Method } from '../era.ts';
import { invalidParams } from '../faults.ts';
import { isRecord } from '../rpc.ts';
import { toCapabilities, type ServerModel } from '../server-model.ts';

/** Versions that open with `initialize`, newest first. */
export const LEGACY_VERSIONS: readonly [string, ...string[]] = [
  '2025-11-25',
  '2025-06-18',
  '2025-03-26',
  '2024-11-05',
];

/** A version this server does not know is answered with its newest; the client decides whether it can go on. */
export function createInitialize({ identity, instructions, catalogue }: ServerModel): Method {
  const remembering = toCapabilities(catalogue, true);
  const alone = toCapabilities(catalogue, false);
  return (params, { session }) => {
    const { protocolVersion: asked, capabilities: client, clientInfo: info } = params;
    if (typeof asked !== 'string') return { fault: invalidParams('"protocolVersion" must be a string.') };
    if (!isRecord(client)) return { fault: invalidParams('"capabilities" must be an object.') };
    const protocolVersion = LEGACY_VERSIONS.includes(asked) ? asked : LEGACY_VERSIONS[0];
    if (session) {
      const known = isRecord(info) && typeof info['name'] === 'string' && typeof info['version'] === 'string';
      session.protocolVersion = protocolVersion;
      session.client = {
        capabilities: client,
        ...(known && { info: { name: String(info['name']), version: String(info['version']) } }),
      };
    }
    const capabilities = session ? remembering : alone;
    return { result: JSON.stringify({ protocolVersion, capabilities, serverInfo: identity, instructions }) };
  };
}
