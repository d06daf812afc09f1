import type { FastifyRequest } from 'fastify';
import { holderOf } from './caller.ts';
import type { EndedRequest } from './guarding.ts';
import { factsOf, type RequestFacts } from './request-facts.ts';

/** Reads change nothing, and turns nothing but their own conversation, unless they confirm calls. */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const TURNS: ReadonlySet<string> = new Set([
  '/v1/conversations',
  '/v1/conversations/:id',
  '/v1/conversations/:id/restart',
  '/v1/chat/completions',
  '/v1/agents/completions',
]);
/** Characters of what callers make up. */
const MOST_PATH = 500;
const MOST_ID = 100;
const MOST_CONFIRMATIONS = 100;

/**
 * Writes a line for every request that needs a key (`calls`), and one for every request of a known caller that changes
 * something (`audit`): who, what, and how it ended. Never a key, a query or a body.
 */
export function createRequestLines(to: {
  readonly calls: ((json: string) => void) | undefined;
  readonly audit: ((json: string) => void) | undefined;
}): (ended: EndedRequest) => void {
  const { calls, audit } = to;
  return ended => {
    const facts = factsOf(ended.request);
    if (ended.visit) calls?.(toLine('call', ended, facts));
    if (audit && isChange(ended, facts)) audit(toLine('audit', ended, facts));
  };
}

function isChange({ request, visit }: EndedRequest, { confirmations, signedIn }: RequestFacts): boolean {
  const { method, routeOptions } = request;
  const { url, config } = routeOptions;
  if (signedIn) return true;
  if (visit?.caller === undefined || url === undefined || config.otherMethod || READS.has(method))
    return false;
  return confirmations !== undefined || method !== 'POST' || !TURNS.has(url);
}

/** What is not known is left out. Names as in the call log of servers made with the kit. */
function toLine(type: 'call' | 'audit', ended: EndedRequest, facts: RequestFacts): string {
  const { request, visit, status, aborted, durationMs } = ended;
  const holder = visit?.caller && holderOf(visit.caller);
  const { organization, workspace, user } = holder?.caller ?? facts.signedIn ?? {};
  const isAudit = type === 'audit';
  return JSON.stringify({
    type,
    time: new Date().toISOString(),
    request_id: request.id,
    client_ip: visit?.address,
    organization,
    workspace,
    user,
    key: holder?.keyName,
    credential: holder?.fingerprint,
    method: request.method,
    route: request.routeOptions.url,
    path: isAudit ? request.url.split('?', 1)[0]?.slice(0, MOST_PATH) : undefined,
    status,
    aborted: aborted || undefined,
    refused_by: visit?.refusal?.by,
    duration_seconds: Math.round(durationMs * 1000) / 1_000_000,
    conversation_id: facts.conversationId ?? conversationOf(request),
    run_id: facts.runId,
    agent_id: facts.agentId,
    connector_id: facts.connectorId,
    credentials_name: facts.credentialsName,
    confirmations: isAudit ? cut(facts.confirmations) : undefined,
  });
}

function conversationOf({ routeOptions: { url = '' }, params }: FastifyRequest): string | undefined {
  if (!url.startsWith('/v1/conversations/:id')) return undefined;
  return (params as { readonly id: string }).id.slice(0, MOST_ID);
}

function cut(confirmations: RequestFacts['confirmations']): RequestFacts['confirmations'] {
  return confirmations?.slice(0, MOST_CONFIRMATIONS).map(({ tool_call_id, confirmation }) => ({
    tool_call_id: tool_call_id.slice(0, MOST_ID),
    confirmation,
  }));
}
