import { createMcpServer, defineTool, serveHttp } from '@tramontane/mcp-server';
import { mountWebSocket } from '@tramontane/mcp-server/websocket';
import { openSdkV1Server } from '@tramontane/testkit/tool-servers';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { createOpenCount } from './count-open.ts';

// Servers with the tool `answer`, which count what clients hold open. They end with the test.

export const ANSWER = 'it is here';

export interface AnsweringSessions {
  readonly url: string;
  readonly sessions: () => number;
  /** Forgets every session, as a restart would. */
  readonly loseSessions: () => void;
}

/** Speaks Streamable HTTP of 2025 with sessions. */
export async function openAnsweringSessions(): Promise<AnsweringSessions> {
  const server = await openSdkV1Server({
    tools: [{ name: 'answer', inputSchema: {}, handler: () => ANSWER }],
  });
  onTestFinished(() => server.close());
  return {
    url: server.url,
    sessions: () => server.sessionCount,
    loseSessions: () => server.loseSessions(),
  };
}

export interface AnsweringKit {
  readonly port: number;
  /** Its URL, or that of a port which leads to it. */
  readonly urlAt: (port: number) => string;
  readonly sessions: () => number;
}

/** Ours, on HTTP+SSE or a WebSocket. */
export async function openAnsweringKit(kind: 'sse' | 'websocket'): Promise<AnsweringKit> {
  const answer = defineTool({
    name: 'answer',
    description: 'Answers.',
    input: z.object({}),
    handler: () => ANSWER,
  });
  const server = createMcpServer({ name: 'answering', version: '1.0.0', design: false, tools: [answer] });
  const open = createOpenCount();
  const serving = await serveHttp(server, {
    port: 0,
    drainMs: 100,
    paths: { sse: '/sse' },
    upgrade(servers) {
      open.watch(servers);
      return mountWebSocket(servers, server, { drainMs: 100 });
    },
  });
  onTestFinished(() => serving.close());
  return {
    port: serving.port,
    urlAt: port => (kind === 'sse' ? `http://127.0.0.1:${port}/sse` : `ws://127.0.0.1:${port}/mcp`),
    sessions: () => open.count,
  };
}
