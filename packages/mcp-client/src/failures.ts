import { EgressError } from '@tramontane/egress';
import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { ConnectionError, type ConnectionErrorCode } from './connection-error.ts';
import { StreamEndedError } from './exchanges.ts';
import { sentenceOf } from './server-sentence.ts';
import { toUnreadable, unreadableReason } from './unreadable-answer.ts';
import type { OpenTarget } from './server-target.ts';
import { MAX_ANSWER_BYTES } from './watched-fetch.ts';

/** What is known of the request that failed. */
export interface FailedRequest {
  readonly target: OpenTarget;
  /** What was asked, for the message: `tools/list`, `the call of "x"`. */
  readonly what: string;
  readonly isCall: boolean;
  readonly sent: boolean;
  readonly failure?: EgressError | undefined;
  /** The time limit that was reached, in words. */
  readonly passed?: string | undefined;
}

/** Translate whatever the egress or the SDK threw. An abort by the caller is handled before this. */
export function toConnectionError(error: unknown, request: FailedRequest): ConnectionError {
  if (error instanceof ConnectionError) return error;
  if (request.passed !== undefined) {
    const { target, what, isCall, sent } = request;
    const sentence = `${target.origin} did not answer ${what} ${request.passed}.`;
    return new ConnectionError('timed_out', sentence, {
      server: target.origin,
      mayHaveRun: isCall && sent,
      cause: error,
    });
  }
  const egress = request.failure ?? findEgressError(error);
  if (egress?.data.status !== undefined) return fromStatus(egress.data.status, undefined, request, egress);
  if (egress !== undefined) return fromEgress(egress, request);
  if (error instanceof SdkHttpError) return fromStatus(error.data.status, textOf(error), request, error);
  const { target, what } = request;
  const data = { server: target.origin, mayHaveRun: request.isCall && request.sent, cause: error };
  if (error instanceof StreamEndedError) {
    const sentence =
      error.reason === undefined
        ? `${target.origin} ended its answer to ${what} before it was complete.`
        : `${target.origin} ${error.reason} before it had answered ${what}.`;
    return new ConnectionError('closed', sentence, data);
  }
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) {
    return new ConnectionError(
      'timed_out',
      `${target.origin} did not answer ${what} within ${target.timeoutMs} ms.`,
      data,
    );
  }
  if (
    error instanceof SdkError &&
    (error.code === SdkErrorCode.ConnectionClosed || error.code === SdkErrorCode.NotConnected)
  ) {
    return new ConnectionError(
      'closed',
      `The connection to ${target.origin} was closed during ${what}.`,
      data,
    );
  }
  if (error instanceof ProtocolError) {
    // A JSON-RPC error is an answer: whatever was asked, it was refused.
    const sentence = target.redact(error.message);
    return new ConnectionError(
      'protocol_error',
      `${target.origin} answered ${what} with error ${error.code}: ${sentence}`,
      { ...data, mayHaveRun: false, rpcCode: error.code },
    );
  }
  // The same kinds of error come from writing a request, to which nobody answered.
  const unreadable = request.sent ? unreadableReason(error, target) : undefined;
  if (unreadable !== undefined) return toUnreadable(unreadable, what, data);
  const reason = target.redact(error instanceof Error ? error.message : String(error));
  if (request.isCall && !request.sent)
    return new ConnectionError(
      'protocol_error',
      `${target.origin} was not asked: ${what} could not be sent (${reason}).`,
      data,
    );
  return new ConnectionError(
    'protocol_error',
    `${target.origin} answered ${what} with something that is not a valid answer (${reason}).`,
    data,
  );
}

function fromEgress(error: EgressError, request: FailedRequest): ConnectionError {
  const { target, what } = request;
  const sent = error.data.sent ?? request.sent;
  const data = { server: target.origin, mayHaveRun: request.isCall && sent, cause: error };
  switch (error.code) {
    case 'timed_out':
      return new ConnectionError(
        'timed_out',
        `${target.origin} did not answer ${what} within ${target.timeoutMs} ms.`,
        data,
      );
    case 'unreachable':
      if (isNotHttp(error)) {
        // A server that could be asked for its tools does speak HTTP; this one answer does not.
        if (request.isCall) return toUnreadable('it breaks the rules of HTTP', what, data);
        return new ConnectionError(
          'not_mcp_server',
          `What answers at ${target.origin} does not speak HTTP.`,
          data,
        );
      }
      return sent
        ? new ConnectionError(
            'closed',
            `${target.origin} closed the connection before it had answered ${what}.`,
            data,
          )
        : new ConnectionError('unreachable', `${target.origin} cannot be reached: ${error.message}`, data);
    case 'address_refused':
    case 'invalid_url':
    case 'invalid_rule':
      return new ConnectionError('invalid_target', error.message, { ...data, mayHaveRun: false });
    case 'body_too_large':
      return toUnreadable(
        `it is larger than ${MAX_ANSWER_BYTES / 1024 / 1024} MiB`,
        what,
        data,
        request.isCall ? 'Ask for less, for example with a filter or a limit.' : undefined,
      );
    case 'redirect_refused':
      return new ConnectionError('protocol_error', error.message, data);
  }
}

/** Translate an HTTP status that is not success. `body` is the text of the answer. */
export function fromStatus(
  status: number,
  body: string | undefined,
  request: FailedRequest,
  cause?: unknown,
): ConnectionError {
  const { target, what } = request;
  const sentence = body === undefined ? undefined : sentenceOf(body);
  const said = sentence === undefined ? '' : `: ${target.redact(sentence).replace(/[.!\s]+$/, '')}`;
  const isForNow = status === 429 || status === 502 || status === 503 || status === 504;
  const isRefusal = status === 401 || status === 403 || status === 407;
  const code: ConnectionErrorCode = isRefusal ? 'refused' : isForNow ? 'unreachable' : 'protocol_error';
  const advice = status === 401 || status === 403 ? ' Check the credentials of this connection.' : '';
  return new ConnectionError(code, `${target.origin} answered ${what} with HTTP ${status}${said}.${advice}`, {
    server: target.origin,
    status,
    // A status of 4xx says that the request was turned away; after 408 and 5xx nobody knows how far it came, and a 404 or
    // 405 of a server that was there before may be the word of something in between.
    mayHaveRun: request.isCall && (status >= 500 || status === 408 || status === 404 || status === 405),
    ...(cause === undefined ? {} : { cause }),
  });
}

export function findEgressError(error: unknown): EgressError | undefined {
  for (
    let current = error, depth = 0;
    current instanceof Error && depth < 8;
    current = current.cause, depth += 1
  ) {
    if (current instanceof EgressError) return current;
  }
  return undefined;
}

export function textOf(error: SdkHttpError): string | undefined {
  const { text } = error.data;
  return typeof text === 'string' ? text : undefined;
}

/** Whether the HTTP parser gave up. Its own complaints have no code; those of its state machine begin with HPE_. */
function isNotHttp(error: EgressError): boolean {
  for (
    let current: unknown = error.cause, depth = 0;
    current instanceof Error && depth < 8;
    current = current.cause, depth += 1
  ) {
    if (current.name === 'HTTPParserError') return true;
    if ((current as NodeJS.ErrnoException).code?.startsWith('HPE_') === true) return true;
  }
  return false;
}
