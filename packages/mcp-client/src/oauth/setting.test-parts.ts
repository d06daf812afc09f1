import { type Egress, openEgress, parseAllowList } from '@tramontane/egress';
import {
  type AuthServer,
  type AuthServerOptions,
  type GuardOptions,
  createGuard,
  openAuthServer,
} from '@tramontane/testkit/auth-servers';
import { type ToolServer, openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { onTestFinished } from 'vitest';
import { ConnectionError } from '../connection-error.ts';
import { type Connections, openConnections } from '../connections.ts';
import type { ServerTarget } from '../server-target.ts';
import { type AuthorizerOptions, type Obtain, createAuthorizer } from './authorizer.ts';
import { createMemoryPlace } from './credential.ts';
import { createMemoryRegistrations, obtainFromPerson } from './person.ts';

/** A guarded tool server with one tool, `echo`, its authorization server, and a client for both. */
export interface Setting {
  readonly egress: Egress;
  readonly authServer: AuthServer;
  readonly tools: ToolServer;
  readonly connections: Connections;
}

/** Everything is closed when the test ends. */
export async function openSetting(
  auth: AuthServerOptions = {},
  guard: Partial<GuardOptions> = {},
): Promise<Setting> {
  const egress = openEgress({ allow: parseAllowList('loopback') });
  onTestFinished(() => egress.close());
  const authServer = await openAuthServer(auth);
  onTestFinished(() => authServer.close());
  const tools = await openSdkV2Server({
    tools: [{ name: 'echo', inputSchema: {}, handler: () => 'answer' }],
    guard: createGuard({ authServer, ...guard }),
  });
  onTestFinished(() => tools.close());
  const connections = openConnections({ egress });
  onTestFinished(() => connections.close());
  return { egress, authServer, tools, connections };
}

/** A person whose browser follows the redirect; `seen` holds the addresses they were taken to. */
export function person(seen: URL[] = [], now: () => number = Date.now): Obtain {
  return obtainFromPerson({
    client: { name: 'Test', redirectUri: 'http://localhost:1/callback' },
    registrations: createMemoryRegistrations(),
    async ask(url) {
      seen.push(url);
      const response = await fetch(url, { redirect: 'manual' });
      return new URL(response.headers.get('location') ?? 'http://none').searchParams;
    },
    now,
  });
}

export function targetOf(
  { egress, tools }: Pick<Setting, 'egress' | 'tools'>,
  options: Partial<AuthorizerOptions>,
): ServerTarget {
  const authorizer = createAuthorizer({ egress, place: createMemoryPlace(), ...options });
  return {
    scope: { workspace: 'w', connector: 'c', credential: 'd' },
    url: tools.url,
    auth: { type: 'oauth', authorizer },
    timeoutMs: 20_000,
  };
}

export async function callEcho({ connections }: Setting, target: ServerTarget): Promise<string> {
  const signal = new AbortController().signal;
  const call = { name: 'echo', arguments: {}, idempotencyKey: 'k', signal };
  const { content } = await connections.callTool(target, call);
  const [block] = content;
  return block?.type === 'text' ? block.text : JSON.stringify(content);
}

export async function failureOf(work: Promise<unknown>): Promise<ConnectionError> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (error instanceof ConnectionError) return error;
  throw error;
}
