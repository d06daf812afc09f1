import type { Caller } from './caller.ts';
import type { GuardRoute, HttpCheck } from './guard.ts';
import { andThen, type MaybePromise } from './maybe-promise.ts';
import type { HeaderLookup, Refusal, Visit } from './visit.ts';

/** One way to find out who calls. */
export interface Auth {
  /** Must not throw. A promise only where something has to be asked for. */
  readonly check: (header: HeaderLookup) => MaybePromise<AuthVerdict>;
  /** What a caller without credentials should send, as a challenge of `WWW-Authenticate` (RFC 9110, section 11.6.1). */
  readonly scheme: string;
  /** For people: what to send, as in `bearer token`. */
  readonly credential: string;
  /** Parameters of that challenge, as in `resource_metadata="https://…"`. */
  readonly parameters?: readonly string[];
  /** What a token needs for anything at all; told in the challenge. */
  readonly scopes?: readonly string[];
  readonly routes?: readonly GuardRoute[];
  readonly close?: () => Promise<void>;
}

export type AuthVerdict =
  | { readonly ok: true; readonly caller: Caller }
  | {
      readonly ok: false;
      /**
       * `missing`: there is nothing of this kind in the request. `unavailable`: nobody can tell now, as the issuer does
       * not answer; the caller should come again. `insufficient_scope`: known, but allowed nothing here.
       */
      readonly reason: 'missing' | 'malformed' | 'invalid' | 'expired' | 'unavailable' | 'insufficient_scope';
    };

type Denied = Extract<AuthVerdict, { ok: false }>;
type Reason = Denied['reason'];

/** The one that tells most: a wrong token weighs more than a header that is not there. */
const WEIGHT: Readonly<Record<Reason, number>> = {
  missing: 0,
  malformed: 1,
  invalid: 2,
  expired: 3,
  unavailable: 4,
  insufficient_scope: 5,
};
const DETAIL: Readonly<Record<Reason, string>> = {
  missing: 'Missing or malformed',
  malformed: 'Missing or malformed',
  invalid: 'Invalid token',
  expired: 'The token has expired',
  unavailable: 'The token cannot be checked now. Try again in a moment.',
  insufficient_scope: 'The token lacks a scope that is needed here.',
};

/** Credentials were there, and they are no one's: who tries them out gets here. */
const WRONG: ReadonlySet<Reason> = new Set(['malformed', 'invalid', 'expired']);

/**
 * Lets in whom one of several ways knows; they are asked in order.
 * @param denied Told of credentials that are no one's; the first refusal takes the place of ours.
 */
export function createAuthCheck(ways: readonly Auth[], denied: readonly HttpCheck[] = []): HttpCheck {
  const tell = (reason: Reason): Refusal => toRefusal(ways, reason);
  const refusals = Object.fromEntries(
    (Object.keys(DETAIL) as Reason[]).map(reason => [reason, tell(reason)]),
  ) as Record<Reason, Refusal>;
  const ask = (header: HeaderLookup, index: number, worst: Reason): MaybePromise<AuthVerdict> => {
    const way = ways[index];
    if (way === undefined) return { ok: false, reason: worst };
    return andThen(way.check(header), verdict => {
      if (verdict.ok) return verdict;
      const { reason } = verdict;
      return ask(header, index + 1, WEIGHT[reason] > WEIGHT[worst] ? reason : worst);
    });
  };
  return visit =>
    andThen(ask(visit.header, 0, 'missing'), verdict => {
      if (verdict.ok) {
        visit.caller = verdict.caller;
        return undefined;
      }
      const { reason } = verdict;
      const refusal = refusals[reason];
      return WRONG.has(reason) ? andThen(firstOf(denied, visit), other => other ?? refusal) : refusal;
    });
}

function firstOf(checks: readonly HttpCheck[], visit: Visit, from = 0): ReturnType<HttpCheck> {
  const check = checks[from];
  return check && andThen(check(visit), refusal => refusal ?? firstOf(checks, visit, from + 1));
}

function toRefusal(ways: readonly Auth[], reason: Reason): Refusal {
  const wanted = [...new Set(ways.map(({ credential }) => credential))].join(' or ');
  const unread = reason === 'missing' || reason === 'malformed';
  const detail = unread ? `${DETAIL[reason]} ${wanted}` : DETAIL[reason];
  if (reason === 'unavailable') return { status: 503, by: 'auth', detail, headers: { 'retry-after': '5' } };
  if (reason === 'insufficient_scope') {
    const scopes = ways.flatMap(way => way.scopes ?? []);
    return {
      status: 403,
      by: 'auth',
      detail,
      headers: { 'www-authenticate': toScopeChallenge(ways, scopes) },
    };
  }
  const challenges = ways.map(({ scheme, parameters = [], scopes = [] }) => {
    // RFC 6750 section 3.1: no error code when the caller gave no credentials.
    const error = reason === 'missing' || scheme !== 'Bearer' ? [] : ['error="invalid_token"'];
    const asked = scopes.length > 0 ? [`scope="${scopes.join(' ')}"`] : [];
    const all = [...error, ...parameters, ...asked].join(', ');
    return all === '' ? scheme : `${scheme} ${all}`;
  });
  const headers = { 'www-authenticate': [...new Set(challenges)].join(', ') };
  return { status: 401, by: 'auth', detail, headers };
}

/**
 * For a caller whose token is good but lacks one of `scopes`, which are all that the operation needs: the client may get
 * another one with them (RFC 6750, section 3.1; MCP 2026-07-28, basic/authorization, "Step-Up Authorization Flow").
 */
export function toScopeChallenge(ways: readonly Auth[], scopes: readonly string[]): string {
  const parameters = ways.flatMap(way => (way.scheme === 'Bearer' ? (way.parameters ?? []) : []));
  return `Bearer ${['error="insufficient_scope"', `scope="${scopes.join(' ')}"`, ...parameters].join(', ')}`;
}
