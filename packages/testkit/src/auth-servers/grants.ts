import { createHash, randomBytes } from 'node:crypto';

/** A person's consent: every token that comes of it belongs to one family. */
export interface Family {
  readonly clientId: string;
  readonly resource: string | undefined;
  readonly scope: string;
  /** Thumbprint of the key that its tokens are bound to. */
  readonly boundTo?: string | undefined;
  isRevoked: boolean;
}

interface IssuedAccess {
  readonly family: Family;
  isExpired: boolean;
}

interface IssuedCode {
  readonly family: Family;
  readonly challenge: string;
  readonly redirectUri: string;
}

export interface TokenAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface Grants {
  /** Refreshes that were granted. */
  readonly refreshes: number;
  /** Refresh tokens that came a second time. */
  readonly reuses: number;
  issueCode(family: Family, challenge: string, redirectUri: string): string;
  redeem(form: URLSearchParams, clientId: string, boundTo?: string): TokenAnswer;
  refresh(form: URLSearchParams, clientId: string): TokenAnswer;
  issue(family: Family, options: { refreshable: boolean }): TokenAnswer;
  /** Scopes of a good access token for this resource, or undefined. */
  check(token: string, resource: string): readonly string[] | undefined;
  /** Thumbprint of the key that an access token is bound to. */
  boundTo(token: string): string | undefined;
  expireAccessTokens(): void;
  revokeFamilies(): void;
}

/** The memory of an authorization server that rotates refresh tokens and takes a second use for theft (OAuth 2.1). */
export function createGrants(lifeSeconds: () => number): Grants {
  const codes = new Map<string, IssuedCode>();
  const access = new Map<string, IssuedAccess>();
  const refresh = new Map<string, { family: Family; isUsed: boolean }>();
  const families = new Set<Family>();
  let refreshes = 0;
  let reuses = 0;
  const refused = (error: string): TokenAnswer => ({ status: 400, body: { error } });

  const grants: Grants = {
    get refreshes() {
      return refreshes;
    },
    get reuses() {
      return reuses;
    },
    issueCode(family, challenge, redirectUri) {
      const code = randomBytes(16).toString('hex');
      codes.set(code, { family, challenge, redirectUri });
      return code;
    },
    redeem(form, clientId, boundTo) {
      const issued = codes.get(form.get('code') ?? '');
      codes.delete(form.get('code') ?? '');
      const verifier = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      const isRight =
        issued?.challenge === verifier &&
        issued.family.clientId === clientId &&
        issued.redirectUri === form.get('redirect_uri');
      if (!isRight) return refused('invalid_grant');
      if (issued.family.resource !== (form.get('resource') ?? undefined)) return refused('invalid_target');
      return grants.issue({ ...issued.family, boundTo }, { refreshable: true });
    },
    refresh(form, clientId) {
      const known = refresh.get(form.get('refresh_token') ?? '');
      if (known?.family.clientId !== clientId || known.family.isRevoked) return refused('invalid_grant');
      if (known.isUsed) {
        reuses += 1;
        known.family.isRevoked = true;
        return refused('invalid_grant');
      }
      known.isUsed = true;
      refreshes += 1;
      return grants.issue(known.family, { refreshable: true });
    },
    issue(family, { refreshable }) {
      families.add(family);
      const accessToken = `access-of-test-${randomBytes(16).toString('hex')}`;
      access.set(accessToken, { family, isExpired: false });
      const refreshToken = `refresh-of-test-${randomBytes(16).toString('hex')}`;
      if (refreshable) refresh.set(refreshToken, { family, isUsed: false });
      return {
        status: 200,
        body: {
          access_token: accessToken,
          token_type: family.boundTo === undefined ? 'Bearer' : 'DPoP',
          expires_in: lifeSeconds(),
          ...(refreshable && { refresh_token: refreshToken }),
          ...(family.scope !== '' && { scope: family.scope }),
        },
      };
    },
    check(token, resource) {
      const issued = access.get(token);
      if (!issued || issued.isExpired || issued.family.isRevoked) return undefined;
      if (issued.family.resource !== undefined && issued.family.resource !== resource) return undefined;
      return issued.family.scope.split(' ').filter(scope => scope !== '');
    },
    boundTo: token => access.get(token)?.family.boundTo,
    expireAccessTokens() {
      for (const issued of access.values()) issued.isExpired = true;
    },
    revokeFamilies() {
      for (const family of families) family.isRevoked = true;
    },
  };
  return grants;
}
