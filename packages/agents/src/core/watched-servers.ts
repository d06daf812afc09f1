import { hash } from 'node:crypto';
import type { CredentialError } from '@tramontane/wire';
import type { Connector, ConnectorAccess } from './connector.ts';
import type { CredentialStatus, CredentialStore } from './credential.ts';
import { ToolServerFailure, type KnownTools, type ListedTool, type ToolServers } from './tool-servers.ts';
import { remember, rememberWithin } from './remember.ts';

/** How long a status that is confirmed again and again is left alone, in milliseconds. */
const STATUS_FRESH_MS = 60_000;
/** Listings and statuses that are remembered; the oldest go first. */
const MAX_REMEMBERED = 1000;
/** Characters of listings: each may be as large as any answer of a server. */
const MOST_LISTED = { count: MAX_REMEMBERED, size: 32 * 1024 * 1024 };

/**
 * Tool servers, with what their answers show kept: whether a credential works, and which tools were listed with it.
 * @param options.onError Told when a status could not be written; the call it belongs to goes on.
 */
export function createWatchedServers(
  servers: ToolServers,
  options: {
    readonly credentials: Pick<CredentialStore, 'recordStatus'>;
    readonly now: () => Date;
    readonly onError: (error: unknown) => void;
  },
): ToolServers & KnownTools {
  const listed = new Map<string, { readonly tools: readonly ListedTool[]; readonly size: number }>();
  const recorded = new Map<string, CredentialStatus>();

  const record = (access: ConnectorAccess, found: Pick<CredentialStatus, 'type' | 'error'> | undefined) => {
    const { credentialId: id } = access;
    if (id === undefined || !found) return;
    const at = options.now();
    // What was seen of the secret before is no word about the one in its place.
    const key = `${id} ${hash('sha256', JSON.stringify(access), 'base64')}`;
    const before = recorded.get(key);
    const isSame = before?.type === found.type && before.error === found.error;
    if (isSame && at.getTime() - Date.parse(before.checkedAt) < STATUS_FRESH_MS) return;
    const status: CredentialStatus = { ...found, checkedAt: at.toISOString() };
    remember(recorded, key, status, MAX_REMEMBERED);
    options.credentials.recordStatus(id, status).catch(options.onError);
  };
  const watch = async <T>(
    access: ConnectorAccess,
    work: Promise<T>,
    failureIn: (answer: T) => ToolServerFailure['code'] | undefined = () => undefined,
  ): Promise<T> => {
    try {
      const answer = await work;
      const failure = failureIn(answer);
      record(access, failure === undefined ? { type: 'valid' } : toStatus(failure));
      return answer;
    } catch (error) {
      if (error instanceof ToolServerFailure) record(access, toStatus(error.code));
      throw error;
    }
  };

  return {
    async list(connector, access, how) {
      const listing = await watch(access, servers.list(connector, access, how), ({ stale }) => stale?.code);
      const { tools, size } = listing;
      const key = keyOf(connector, access.credentialId);
      if (listed.get(key)?.tools !== tools) rememberWithin(listed, key, { tools, size }, MOST_LISTED);
      return listing;
    },
    call: (connector, access, call) => watch(access, servers.call(connector, access, call)),
    health: (connector, access) => servers.health(connector, access),
    isTrusted: connector => servers.isTrusted(connector),
    of: (connector, credentialId) => listed.get(keyOf(connector, credentialId))?.tools,
  };
}

/** A connector that was changed, or is used with other credentials, has other tools. */
function keyOf(connector: Connector, credentialId: string | undefined): string {
  return JSON.stringify([connector.id, connector.modifiedAt, credentialId ?? null]);
}

const STATUSES: Partial<
  Record<ToolServerFailure['code'], { type: CredentialStatus['type']; error: CredentialError }>
> = {
  refused: { type: 'invalid', error: 'you need to reconnect' },
  sign_in_required: { type: 'invalid', error: 'you need to reconnect' },
  authorization_failed: { type: 'error', error: 'oauth refresh error' },
  unreachable: { type: 'error', error: 'MCP server unreachable' },
  timed_out: { type: 'error', error: 'MCP server timed out' },
  not_mcp_server: { type: 'error', error: 'MCP server error' },
  protocol_error: { type: 'error', error: 'MCP server error' },
};

/** What was cancelled, or never left, says nothing of the credential. */
function toStatus(code: ToolServerFailure['code']): Pick<CredentialStatus, 'type' | 'error'> | undefined {
  return STATUSES[code];
}
