import { APICallError, UnsupportedFunctionalityError } from '@ai-sdk/provider';
import { ModelFailure } from '@tramontane/engine';
import type { ModelFailureCode } from '@tramontane/engine';
import type { ResolvedModel } from './catalogue.ts';
import { retryAfterOf } from './retry-after.ts';
import { BrokenStream } from './read-answer.ts';
import { WaitedTooLong } from './watch.ts';

/** The failure that an error of a model call means, in words for the people who read it: what, where, what to do. */
export function toModelFailure(error: unknown, name: string, resolved: ResolvedModel): ModelFailure {
  if (error instanceof ModelFailure) return error;
  const { code, status, waitMs, says } = explain(error);
  const { vendor } = resolved;
  const who = vendor ? `Model ${name} at ${vendor.title} (${vendor.address})` : `Model ${name} (offline)`;
  const secrets = vendor?.secrets ?? [];
  // Hidden before it is shortened: a cut through a key would leave half of it readable.
  const message = `${who} ${shorten(hide(says, secrets))}${advice(code, vendor?.title)}`;
  return new ModelFailure(code, message, {
    ...(status !== undefined && { status }),
    ...(waitMs !== undefined && { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) }),
    // The package's own error holds the whole prompt and what the vendor quoted; neither belongs into a log.
    cause: APICallError.isInstance(error)
      ? new Error(shorten(hide(error.message, secrets)), { cause: error.cause })
      : error,
  });
}

interface Explanation {
  readonly code: ModelFailureCode;
  readonly status?: number;
  readonly waitMs?: number;
  /** Continues "Model x at y …". */
  readonly says: string;
}

function explain(error: unknown): Explanation {
  if (error instanceof WaitedTooLong) return { code: 'model_timed_out', says: `${error.message}.` };
  if (APICallError.isInstance(error) && error.statusCode !== undefined && error.statusCode >= 400) {
    const status = error.statusCode;
    const reason = vendorReason(error);
    const code = codeOfStatus(status, error.responseBody ?? '');
    const waitMs = retryAfterOf(error);
    return {
      code,
      status,
      ...(waitMs !== undefined && { waitMs }),
      says: `answered ${status}${reason === '' ? '.' : `: ${reason}`}`,
    };
  }
  if (UnsupportedFunctionalityError.isInstance(error)) {
    const says = `cannot be sent this: ${error.functionality}. Give it text, pictures, or a PDF in a data: address.`;
    return { code: 'model_error', status: 400, says };
  }
  const network = findNetworkCode(error);
  if (network !== undefined) return { code: 'model_unreachable', says: `could not be reached (${network}).` };
  if (error instanceof BrokenStream) {
    const detail = messageOf(error.cause);
    return { code: 'model_error', says: `failed: ${error.message}${detail === '' ? '.' : ` (${detail})`}` };
  }
  return { code: 'model_error', says: `failed: ${messageOf(error) || 'it gave no reason.'}` };
}

function codeOfStatus(status: number, body: string): ModelFailureCode {
  // Mistral answers 400 with code 1500 where others answer 404.
  if (status === 404 || (status === 400 && /invalid_model|model_not_found|"1500"/.test(body)))
    return 'invalid_model';
  if (status === 401 || status === 402 || status === 403) return 'model_refused';
  if (status === 429) return 'model_rate_limited';
  if (status === 408 || status === 504) return 'model_timed_out';
  return 'model_error';
}

function advice(code: ModelFailureCode, title: string | undefined): string {
  if (title === undefined) return '';
  switch (code) {
    case 'model_refused':
      return ' Check the API key that the server has for it.';
    case 'invalid_model':
      return ' Check the name of the model, and the base URL.';
    case 'model_rate_limited':
      return ' Wait a little, then send the request again.';
    case 'model_unreachable':
      return ' Check that it runs and that the base URL is right.';
    case 'model_timed_out':
      return ' Send the request again; if it stays slow, look at the vendor.';
    case 'model_error':
      return '';
  }
}

/** What the vendor says went wrong: each has its own envelope for it. */
function vendorReason(error: APICallError): string {
  let body: unknown;
  try {
    body = JSON.parse(error.responseBody ?? '');
  } catch {
    // A proxy's HTML page says nothing useful to a person.
    return error.responseBody?.trimStart().startsWith('<') ? '' : oneLine(error.responseBody ?? '');
  }
  return oneLine(findMessage(body) ?? '');
}

function findMessage(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null) return undefined;
  const { message, error, detail } = body as Record<string, unknown>;
  if (typeof message === 'string') return message;
  const inner = findMessage(error) ?? findMessage(message) ?? findMessage(detail);
  if (inner !== undefined) return inner;
  return detail === undefined ? undefined : JSON.stringify(detail);
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return oneLine(error.message);
  return oneLine(findMessage(error) ?? '');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function shorten(text: string): string {
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

/** The code of the socket or name lookup that failed; undici wraps it some layers deep. */
export function findNetworkCode(error: unknown): string | undefined {
  for (let depth = 0, current = error; depth < 6 && current instanceof Error; depth += 1) {
    const { code } = current as Error & { code?: unknown };
    if (typeof code === 'string' && /^(?:E[A-Z]+|UND_ERR_\w+|CERT_\w+|\w*_CERT\w*)$/.test(code)) return code;
    current = current.cause;
  }
  return undefined;
}

/** Vendors quote the key they refuse. */
function hide(message: string, secrets: readonly string[]): string {
  return secrets
    .filter(secret => secret !== '')
    .reduce((text, secret) => text.replaceAll(secret, '[key]'), message);
}
