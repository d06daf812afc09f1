import { z } from 'zod';

/** What a token endpoint handed out. Times are milliseconds since 1970. */
export interface Tokens {
  readonly accessToken: string;
  readonly scheme: 'Bearer' | 'DPoP';
  readonly obtainedAt: number;
  /** Absent where the server does not say: then only a 401 tells. */
  readonly expiresAt?: number;
  readonly refreshToken?: string;
  /** Scopes that were granted, where the server says so. */
  readonly scope?: string;
}

const tokenType = z.string().refine(text => /^(bearer|dpop)$/i.test(text));
const answerSchema = z.looseObject({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  token_type: tokenType,
  expires_in: z.coerce.number().positive().nullish().catch(undefined),
  refresh_token: z.string().min(1).nullish(),
  scope: z.string().nullish(),
});

/** Renewal begins this long before the end, but never in the first half of a token's life. */
const AHEAD_MS = 60_000;

/** A successful answer of a token endpoint (RFC 6749 section 5.1), or undefined where it is none. */
export function parseTokens(body: unknown, now: number, previous?: Tokens): Tokens | undefined {
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) return undefined;
  const { data } = parsed;
  // A refresh that brings no new refresh token leaves the old one valid, and the same holds for the scope.
  const refreshToken = data.refresh_token ?? previous?.refreshToken;
  const scope = data.scope ?? previous?.scope;
  return {
    accessToken: data.access_token,
    scheme: data.token_type.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer',
    obtainedAt: now,
    ...(data.expires_in != null && { expiresAt: now + data.expires_in * 1000 }),
    ...(refreshToken !== undefined && { refreshToken }),
    ...(scope !== undefined && { scope }),
  };
}

/** `due`: still good, and to be renewed now. */
export function lifeOf(tokens: Tokens, now: number): 'good' | 'due' | 'over' {
  const { expiresAt, obtainedAt } = tokens;
  if (expiresAt === undefined) return 'good';
  if (now >= expiresAt) return 'over';
  const ahead = Math.min(AHEAD_MS, (expiresAt - obtainedAt) / 2);
  return now >= expiresAt - ahead ? 'due' : 'good';
}
