import { randomUUID } from 'node:crypto';
import type { ContentBlock } from '../content.ts';
import type { ToolContext } from '../call-context.ts';
import { defineTool, type Tool, type ToolResult } from '../definition/define-tool.ts';
import { ToolError } from '../kit-error.ts';
import { createLineLog, type Log } from '../log.ts';
import type { Offer } from '../server.ts';
import type { RemoteServer, RemoteTool } from './remote-server.ts';

export interface ProxyOptions {
  readonly remote: RemoteServer;
  /** Which of the remote server's tools are offered; all unless given. */
  readonly choose?: (tool: RemoteTool) => boolean;
  /** Milliseconds between two looks at the remote server's list; 60,000 unless given. */
  readonly refreshMs?: number;
  /** Milliseconds a call may take; 60,000 unless given. */
  readonly timeoutMs?: number;
  /** Told when the remote server's list has changed: `server.update(…)` offers it. */
  readonly onChange?: (offer: Offer) => void;
  readonly log?: Log;
}

/** Tools of another server, offered as one's own. */
export interface Proxy extends AsyncDisposable {
  /** As the remote server listed them last; for `createMcpServer`, or `mount`. */
  readonly offer: Offer;
  /** Looks at the list now. @throws what the remote server's `listTools` throws. */
  readonly refresh: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const REFRESH_MS = 60_000;
const LIST_MS = 30_000;

/**
 * Stands before a remote MCP server: its tools are listed with their schemas word for word, arguments are checked here
 * before they leave, and answers come back as they are. The remote server gets the credentials of `remote`, never those
 * of the caller. A remote server that is away costs its calls, not the others: its list is kept.
 *
 * @throws what `remote.listTools` throws when the first list cannot be had.
 */
export async function openProxy(options: ProxyOptions): Promise<Proxy> {
  const { remote, choose = () => true, refreshMs = REFRESH_MS, log = createLineLog() } = options;
  const closing = new AbortController();
  let seen = '';
  let offer: Offer = { tools: [] };

  const look = async (refresh: boolean): Promise<boolean> => {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(LIST_MS)]);
    const listed = (await remote.listTools({ signal, refresh })).tools.filter(choose);
    const now = JSON.stringify(listed);
    if (now === seen) return false;
    offer = { tools: listed.map(tool => toLocalTool(tool, remote, options.timeoutMs)) };
    seen = now;
    return true;
  };
  const refresh = async (): Promise<void> => {
    if (await look(true)) options.onChange?.(offer);
  };
  await look(false);
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(refresh).catch((error: unknown) => {
      if (!closing.signal.aborted) {
        log.warn({ err: error }, 'A remote server did not list its tools; the list it gave before stays.');
      }
    });
  }, refreshMs);
  timer.unref();
  const close = async (): Promise<void> => {
    clearInterval(timer);
    closing.abort();
    await looking;
  };
  return {
    get offer() {
      return offer;
    },
    refresh,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function toLocalTool(tool: RemoteTool, remote: RemoteServer, timeoutMs: number | undefined): Tool {
  const { name, title, description = title ?? name, inputSchema, outputSchema, annotations } = tool;
  return defineTool({
    name,
    description,
    ...(title !== undefined && { title }),
    ...(annotations && { annotations }),
    input: inputSchema,
    ...(outputSchema && { output: outputSchema }),
    ...(tool.takesIdempotencyKey && { idempotent: true }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    handler: (args, context) => pass(name, args, remote, context),
  });
}

async function pass(
  name: string,
  args: Record<string, unknown>,
  remote: RemoteServer,
  { idempotencyKey = randomUUID(), requestId, signal, progress }: ToolContext,
): Promise<ToolResult> {
  try {
    const answer = await remote.callTool({
      name,
      arguments: args,
      idempotencyKey,
      requestId,
      signal,
      onProgress: told => progress(told.progress, told.total, told.message),
    });
    const { content, structuredContent, isError, meta } = answer;
    return {
      // Blocks of later revisions too: the client may know them.
      content: content as readonly ContentBlock[],
      isError,
      ...(structuredContent !== undefined && { structuredContent }),
      ...(meta && { _meta: meta }),
    };
  } catch (error) {
    signal.throwIfAborted();
    const mayHaveRun = error instanceof Error && 'mayHaveRun' in error && error.mayHaveRun === true;
    const doubt = mayHaveRun
      ? 'It is not known whether it ran; look before you call again.'
      : 'It was not run.';
    // What the other server's connection says may name inner addresses; the log has it.
    throw new ToolError(`The server behind ${name} gave no answer. ${doubt}`, { cause: error });
  }
}
