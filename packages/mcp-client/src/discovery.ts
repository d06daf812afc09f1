import { METHOD_NOT_FOUND, ProtocolError, SdkHttpError } from '@modelcontextprotocol/client';
import { type Candidate, candidatesFor } from './candidates.ts';
import { type Attempt, ConnectionError } from './connection-error.ts';
import type { Dialect, Finding, McpTransportName } from './dialect.ts';
import { findEgressError, fromStatus, textOf, toConnectionError } from './failures.ts';
import type { McpDialectOptions } from './mcp-dialect-options.ts';
import { type FailedHandshake, openMcpDialect } from './open-mcp-dialect.ts';
import { createRestDialect, probeRest } from './rest-dialect.ts';
import type { OpenTarget } from './server-target.ts';
import { withoutQuery } from './watched-fetch.ts';

export type DiscoveryOptions = Omit<McpDialectOptions, 'url' | 'via' | 'era'>;

/** What one candidate turned out to be. `absent`: something answers, but not in this form. */
type Verdict =
  | { readonly kind: 'found'; readonly dialect: Dialect }
  /** Counts only if no other candidate is found. */
  | { readonly kind: 'denied'; readonly error: ConnectionError }
  | { readonly kind: 'absent'; readonly error?: ConnectionError };

/**
 * Find out what a server is and connect to it.
 *
 * Candidates are tried one after the other (`candidatesFor`), and the first that speaks wins, so a 401 at `/` does
 * not hide a working `/mcp`. A 401 or 403 is never evidence of a form or an era; if nothing speaks anywhere, the
 * first refusal is the answer, because it is the one the operator can do something about. A connection that was
 * dropped says nothing of the form either, so it is never the reason for "no MCP server". A server that cannot be
 * reached or does not answer in time ends the search at once: another path of it would only take as long again.
 * @throws ConnectionError; the signal's reason on an abort
 */
export async function discover(options: DiscoveryOptions, signal: AbortSignal): Promise<Dialect> {
  const target = options.target();
  const attempts: Attempt[] = [];
  let denied: ConnectionError | undefined;
  let broken: ConnectionError | undefined;
  for (const candidate of candidatesFor(target.url)) {
    const verdict =
      candidate.form === 'mcp'
        ? await tryMcp(options, candidate, attempts, signal)
        : await tryRest(options, candidate, attempts, signal);
    if (verdict.kind === 'found') return verdict.dialect;
    if (verdict.kind === 'denied') denied ??= verdict.error;
    // One error that every path shares, such as 503, tells more than "not found".
    else if ((verdict.error?.status ?? 0) >= 500 || verdict.error?.code === 'closed')
      broken ??= verdict.error;
  }
  if (denied !== undefined) throw denied;
  if (broken !== undefined) throw broken;
  const tried = attempts.map(({ request, answer }) => `${request} → ${answer}`).join('; ');
  throw new ConnectionError(
    'not_mcp_server',
    `No MCP server was found at ${target.origin}${target.url.pathname}. Tried: ${target.withoutSecrets(tried)}.`,
    {
      server: target.origin,
      attempts,
    },
  );
}

/** Milliseconds for which a server is taken to be of 2025 without another question. */
const LEGACY_MS = 10 * 60_000;

/** Connect where the server was found before. Undefined where it is no longer that server. @throws ConnectionError */
export async function reconnect(
  options: DiscoveryOptions,
  finding: Finding,
  signal: AbortSignal,
): Promise<Dialect | undefined> {
  if (finding.form === 'rest') return createRestDialect({ ...options, toolsUrl: finding.toolsUrl });
  const { url, via, era, identity, foundAt } = finding;
  const isRemembered = era === 'legacy' && options.now() - foundAt < LEGACY_MS;
  const opened = await openMcpDialect(
    { ...options, url, via, era: isRemembered ? 'legacy' : era === 'modern' ? 'modern' : 'auto' },
    signal,
  );
  if (!('error' in opened)) {
    if (!isRemembered || opened.finding.form !== 'mcp') return opened;
    // A server that speaks both eras answers the old handshake for ever; another version of it is a reason to ask.
    if (opened.finding.identity === identity) return { ...opened, finding };
    await opened.close();
    return undefined;
  }
  const verdict = judgeHandshake(opened, options.target(), signal);
  if (verdict.kind === 'denied') throw verdict.error;
  return undefined;
}

async function tryMcp(
  options: DiscoveryOptions,
  { url, via }: Extract<Candidate, { form: 'mcp' }>,
  attempts: Attempt[],
  signal: AbortSignal,
): Promise<Verdict> {
  let opened = await openMcpDialect({ ...options, url, via, era: 'auto' }, signal);
  if ('error' in opened) attempts.push(...attemptsOf(opened, url, via));
  if ('error' in opened && breaksOnQuestion(opened)) {
    opened = await openMcpDialect({ ...options, url, via, era: 'legacy' }, signal);
    if ('error' in opened) attempts.push(...attemptsOf(opened, url, via));
  }
  return 'error' in opened
    ? judgeHandshake(opened, options.target(), signal)
    : { kind: 'found', dialect: opened };
}

/**
 * Some servers of 2025 break on a method they do not know: with a 5xx, which the SDK rightly takes for no evidence, or by
 * ending their process or connection.
 */
function breaksOnQuestion({ exchanges }: FailedHandshake): boolean {
  if (exchanges.lostBy !== undefined) return true;
  return (exchanges.lastStatus ?? 0) >= 500 && exchanges.attempts.length === 1;
}

function attemptsOf(
  { error, exchanges }: FailedHandshake,
  url: URL,
  via: McpTransportName,
): readonly Attempt[] {
  if (via === 'http') return exchanges.attempts;
  const answer =
    exchanges.lastStatus ?? exchanges.lostBy ?? (error instanceof Error ? error.message : 'no answer');
  return [
    { request: via === 'sse' ? `GET ${withoutQuery(url)}` : withoutQuery(url), answer: String(answer) },
  ];
}

/** @throws ConnectionError for what ends the search; the signal's reason on an abort */
function judgeHandshake(
  { error, exchanges }: FailedHandshake,
  target: OpenTarget,
  signal: AbortSignal,
): Verdict {
  signal.throwIfAborted();
  const failure = exchanges.lastFailure ?? findEgressError(error);
  if (failure instanceof ConnectionError) return judge(failure);
  const request = { target, what: 'the handshake', isCall: false, sent: false, failure };
  if (failure !== undefined) return judge(toConnectionError(error, request));
  const status = exchanges.lastStatus;
  if (status !== undefined && status >= 400) {
    return judge(
      fromStatus(status, error instanceof SdkHttpError ? textOf(error) : undefined, request, error),
    );
  }
  if (exchanges.lostBy !== undefined) {
    const sentence = `${target.origin} ${exchanges.lostBy} during the handshake.`;
    return {
      kind: 'absent',
      error: new ConnectionError('closed', sentence, { server: target.origin, cause: error }),
    };
  }
  const translated = toConnectionError(error, request);
  // An error in JSON-RPC's own form comes from a server that speaks it; only "no such method" may be another service.
  const isAnswer =
    error instanceof ProtocolError && error.code !== METHOD_NOT_FOUND && exchanges.hasLostHandshake !== true;
  if (isAnswer || translated.code === 'timed_out') throw translated;
  return { kind: 'absent', error: translated };
}

const DENIALS: ReadonlySet<string> = new Set(['refused', 'sign_in_required', 'authorization_failed']);

/** @throws ConnectionError for what ends the search */
function judge(error: ConnectionError): Verdict {
  if (DENIALS.has(error.code)) return { kind: 'denied', error };
  // A gateway's 503 may hold for one path only; without a status nothing was reached at all, and where fewer requests are
  // wanted, those for other paths are too many.
  const endsSearch =
    error.code === 'timed_out' ||
    error.code === 'invalid_target' ||
    // No HTTP at all, which no other path will change.
    error.code === 'not_mcp_server' ||
    (error.code === 'unreachable' && (error.status === undefined || error.status === 429));
  if (endsSearch) throw error;
  return { kind: 'absent', error };
}

async function tryRest(
  options: DiscoveryOptions,
  candidate: Extract<Candidate, { form: 'rest' }>,
  attempts: Attempt[],
  signal: AbortSignal,
): Promise<Verdict> {
  const { isRest, attempt, error } = await probeRest(
    options.egress,
    options.target(),
    candidate.toolsUrl,
    signal,
  );
  attempts.push(attempt);
  if (isRest)
    return { kind: 'found', dialect: createRestDialect({ ...options, toolsUrl: candidate.toolsUrl }) };
  return error === undefined ? { kind: 'absent' } : judge(error);
}
