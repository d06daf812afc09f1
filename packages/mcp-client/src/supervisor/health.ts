import type { ConnectionErrorCode } from '../connection-error.ts';
import type { McpTransportName } from '../dialect.ts';
import type { DialectName } from '../tool-definitions.ts';
import type { LinkState } from './states.ts';

/** How one server is, as one credential sees it. Times are milliseconds since 1970. */
export interface ServerHealth {
  /** Who is meant: an origin, or `stdio:<name>`. */
  readonly server: string;
  readonly state: LinkState;
  /** When it came into this state. */
  readonly since: number;
  /** `open`: so many tries failed that callers are answered at once until `nextTryAt`. */
  readonly circuit: 'closed' | 'open';
  /** Failed tries in a row. */
  readonly failures: number;
  readonly lastError?: { readonly code: ConnectionErrorCode; readonly message: string; readonly at: number };
  readonly nextTryAt?: number;
  /** How often a connection was made. */
  readonly connects: number;
  /** What it turned out to be, from the last connection. */
  readonly dialect?: DialectName;
  readonly via?: McpTransportName;
  readonly protocolVersion?: string;
  readonly serverName?: string;
  /** The list of tools that is in use; `stale` when the server did not answer the last time it was asked. */
  readonly tools?: { readonly count: number; readonly fetchedAt: number; readonly stale: boolean };
}
