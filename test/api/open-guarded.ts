import { onTestFinished } from 'vitest';
import {
  createGuard,
  openAuthServer,
  type AuthServer,
  type AuthServerOptions,
  type GuardOptions,
} from '@tramontane/testkit/auth-servers';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';

export interface Guarded {
  readonly authServer: AuthServer;
  readonly tools: ToolServer;
}

/** A tool server with the tool `echo`, and the authorization server that guards it. Both end with the test. */
export async function openGuarded(
  options: AuthServerOptions = {},
  guard: Partial<GuardOptions> = {},
): Promise<Guarded> {
  const authServer = await openAuthServer(options);
  onTestFinished(() => authServer.close());
  const tools = await openSdkV2Server({
    tools: [{ name: 'echo', inputSchema: {}, handler: () => 'answer of echo' }],
    guard: createGuard({ authServer, ...guard }),
  });
  onTestFinished(() => tools.close());
  return { authServer, tools };
}

/** A browser that does what it is told, up to the page where it stays. */
export async function browse(url: string): Promise<Response> {
  const consent = await fetch(url, { redirect: 'manual' });
  return fetch(consent.headers.get('location') ?? 'http://none', { redirect: 'manual' });
}
