import { expect, onTestFinished } from 'vitest';
import {
  type openRestServer,
  type ToolServer,
  type ToolServerOptions,
} from '@tramontane/testkit/tool-servers';

export const TOOLS = [{ name: 'part', inputSchema: {}, handler: () => 'shelf B7' }];
export const FOUND: unknown = expect.stringContaining('shelf B7');

/** A tool server with the one tool `part`; it ends with the test. */
export async function openParts(
  kind: typeof openRestServer,
  options: Omit<ToolServerOptions, 'tools'> = {},
): Promise<ToolServer> {
  const server = await kind({ tools: TOOLS, ...options });
  onTestFinished(() => server.close());
  return server;
}
