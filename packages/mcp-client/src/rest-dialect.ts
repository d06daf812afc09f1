import type { Egress } from '@tramontane/egress';
import { type Attempt, ConnectionError } from './connection-error.ts';
import type { CallOutcome, Dialect, RawListing } from './dialect.ts';
import { MAX_ANSWER_BYTES, describeAnswer, withoutQuery } from './watched-fetch.ts';
import { fromStatus, toConnectionError } from './failures.ts';
import { sentenceOf } from './server-sentence.ts';
import type { OpenTarget } from './server-target.ts';
import { isRecord } from './json.ts';
import { fetchAs } from './target-fetch.ts';
import { type ToolCall, type ToolResult, toErrorResult } from './tool-result.ts';
import { toUnreadable } from './unreadable-answer.ts';

export interface RestDialectOptions {
  readonly egress: Egress;
  readonly target: () => OpenTarget;
  /** `…/mcp/v1/tools`; calls go to `…/mcp/v1/tools/invoke`. */
  readonly toolsUrl: URL;
}

/** The guide's REST form. There is no connection to keep; `close` ends what is under way. */
export function createRestDialect({ egress, target, toolsUrl }: RestDialectOptions): Dialect {
  const invokeUrl = new URL(toolsUrl);
  invokeUrl.pathname += '/invoke';
  const closed = new AbortController();
  const version = /\/(v\d+)\/tools$/.exec(toolsUrl.pathname)?.[1] ?? 'v1';

  return {
    name: 'rest',
    via: 'http',
    protocolVersion: version,
    finding: { form: 'rest', toolsUrl },
    async list(signal): Promise<RawListing> {
      const about: About = {
        egress,
        target: target(),
        what: `GET ${toolsUrl.pathname}`,
        isCall: false,
        closed: closed.signal,
      };
      const { response, text } = await exchange(about, toolsUrl, { signal });
      if (!response.ok) throw fromStatus(response.status, text, { ...about, sent: true });
      const items = toolsOf(text);
      if (items !== undefined) return { items, problems: [] };
      const { origin } = about.target;
      throw toUnreadable('it has no list of tools', about.what, {
        server: origin,
        status: response.status,
      });
    },
    // Nothing is open that could be lost.
    ping: async () => undefined,
    async ask({ method }) {
      const { origin } = target();
      throw new ConnectionError('not_mcp_server', `${origin} speaks the REST form, which has no ${method}.`, {
        server: origin,
      });
    },
    call: call =>
      invoke(
        { egress, target: target(), what: `the call of "${call.name}"`, isCall: true, closed: closed.signal },
        invokeUrl,
        call,
      ),
    async close() {
      closed.abort();
    },
  };
}

/** The list in the answer to `GET …/tools`, or undefined where the answer is something else. */
function toolsOf(text: string): unknown[] | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isRecord(body) && Array.isArray(body['tools']) ? body['tools'] : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the REST form is spoken at this address. `refused` is a 401 or 403 with the server's own sentence. */
export async function probeRest(
  egress: Egress,
  target: OpenTarget,
  toolsUrl: URL,
  signal: AbortSignal,
): Promise<{ isRest: boolean; attempt: Attempt; error?: ConnectionError }> {
  const request = `GET ${withoutQuery(toolsUrl)}`;
  const about = { egress, target, what: `GET ${toolsUrl.pathname}`, isCall: false };
  try {
    const { response, text } = await exchange(about, toolsUrl, { signal });
    const attempt = { request, answer: describeAnswer(response) };
    if (response.ok) return { isRest: toolsOf(text) !== undefined, attempt };
    return { isRest: false, attempt, error: fromStatus(response.status, text, { ...about, sent: true }) };
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return { isRest: false, attempt: { request, answer: error.message }, error };
  }
}

async function invoke(about: About, invokeUrl: URL, call: ToolCall): Promise<CallOutcome> {
  const { target, what } = about;
  const { response, text } = await exchange(about, invokeUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...call.trace,
      'idempotency-key': call.idempotencyKey,
      ...(call.requestId === undefined ? {} : { 'x-request-id': call.requestId }),
    },
    body: JSON.stringify({ name: call.name, arguments: call.arguments }),
    signal: call.signal,
  });
  if (response.ok) return { kind: 'answer', result: parseToolResult(text, target, what, response.status) };
  const isStale = response.status === 404 || response.status === 405;
  const error = fromStatus(response.status, text, {
    ...about,
    isCall: !isStale || !isJson(text),
    sent: true,
  });
  if (isStale) return { kind: 'stale', isSessionLost: false, error };
  const sentence = sentenceOf(text);
  if ((response.status === 400 || response.status === 422) && sentence !== undefined) {
    // The server read the arguments and did not like them: the model can mend that.
    return { kind: 'answer', result: toErrorResult(target.withoutSecrets(sentence)) };
  }
  throw error;
}

/** `{success, result, error}` as a tool's answer. */
function parseToolResult(text: string, target: OpenTarget, what: string, status: number): ToolResult {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw notAResult('it is not valid JSON', target, what, status, cause);
  }
  if (!isRecord(body) || typeof body['success'] !== 'boolean')
    throw notAResult('it is not of the form {"success": …}', target, what, status);
  if (!body['success'])
    return toErrorResult(
      sentenceOf(JSON.stringify({ error: body['error'] })) ?? 'The tool failed and gave no reason.',
    );
  const result = body['result'] ?? null;
  let written: string;
  try {
    written = typeof result === 'string' ? result : JSON.stringify(result);
  } catch (cause) {
    // Nested so deep that it can be read but not written again.
    throw notAResult('it is nested too deep', target, what, status, cause);
  }
  return {
    isError: false,
    content: [{ type: 'text', text: written }],
    structuredContent: result,
  };
}

function notAResult(
  reason: string,
  target: OpenTarget,
  what: string,
  status: number,
  cause?: unknown,
): ConnectionError {
  return toUnreadable(reason, what, {
    server: target.origin,
    status,
    mayHaveRun: true,
    ...(cause === undefined ? {} : { cause }),
  });
}

interface About {
  readonly egress: Egress;
  readonly target: OpenTarget;
  readonly what: string;
  readonly isCall: boolean;
  /** Aborted when the connection is closed. */
  readonly closed?: AbortSignal;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** One request, read to its end. @throws ConnectionError; the reason of the signal where the caller aborted */
async function exchange(
  about: About,
  url: URL,
  init: { method?: string; headers?: Record<string, string>; body?: string; signal: AbortSignal },
): Promise<{ response: Response; text: string }> {
  const { egress, target, closed } = about;
  let sent = false;
  try {
    const response = await fetchAs(egress, target, url, {
      ...init,
      headers: { accept: 'application/json', ...init.headers, ...target.headers },
      signal: closed === undefined ? init.signal : AbortSignal.any([init.signal, closed]),
      timeoutMs: target.timeoutMs,
      maxBodyBytes: MAX_ANSWER_BYTES,
      onSent: () => {
        sent = true;
      },
    });
    return { response, text: await response.text() };
  } catch (error) {
    if (init.signal.aborted) {
      if (!about.isCall || !sent) throw init.signal.reason;
      throw new ConnectionError(
        'cancelled',
        `${sentenceCase(about.what)} to ${target.origin} was cancelled.`,
        {
          server: target.origin,
          mayHaveRun: true,
          cause: error,
        },
      );
    }
    if (closed?.aborted === true) {
      throw new ConnectionError(
        'closed',
        `The connection to ${target.origin} was closed during ${about.what}.`,
        {
          server: target.origin,
          mayHaveRun: about.isCall && sent,
          cause: error,
        },
      );
    }
    throw toConnectionError(error, { ...about, sent: true });
  }
}
