import type { Egress } from '@tramontane/egress';
import type { Answers } from './answers.ts';
import type { McpTransportName } from './dialect.ts';
import type { OpenTarget } from './server-target.ts';

/** The net below our own clocks, milliseconds. */
export const NET_MS = 1_000;

export interface McpDialectOptions {
  readonly egress: Egress;
  /** Read for each request, so that a target with other limits takes effect at once. */
  readonly target: () => OpenTarget;
  readonly url: URL;
  readonly via: McpTransportName;
  /**
   * `auto` asks for the newest protocol first, and `modern` as well, with more patience: the server spoke it before. `legacy`
   * begins with the handshake of 2025.
   */
  readonly era: 'auto' | 'modern' | 'legacy';
  readonly client: { readonly name: string; readonly version: string };
  readonly now: () => number;
  readonly onListChanged: () => void;
  readonly answers?: Answers | undefined;
  /** Of this process, for children. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A line that a child wrote to its standard error. */
  readonly onStderr: (server: string, line: string) => void;
}
