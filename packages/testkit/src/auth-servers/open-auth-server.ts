import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { openHttpListener, readText, sendJson } from '../tool-servers/http-listener.ts';
import type { JWK } from 'jose';
import { readClientAssertion, readGrantAssertion } from './assertions.ts';
import type { DpopCheck } from './dpop-check.ts';
import { type Family, type Grants, type TokenAnswer, createGrants } from './grants.ts';

export interface AuthServerOptions {
  /** Clients known beforehand: id to secret. */
  readonly clients?: Readonly<Record<string, string>>;
  /** Public keys of clients that show who they are with a signed assertion. */
  readonly keys?: Readonly<Record<string, JWK>>;
  /** Whose assertions are taken for a token: of a platform, or of an identity provider (then with this `typ`). */
  readonly trusts?: { readonly key: JWK; readonly typ?: string };
  /** Tokens are bound to the key of a proof, which this server wants a nonce in. */
  readonly dpop?: DpopCheck;
  /** Change the metadata before it is published. */
  readonly metadata?: (document: Record<string, unknown>) => Record<string, unknown>;
  /** Change the redirect that goes back to the client. */
  readonly redirect?: (url: URL) => void;
  /** The scopes that are granted of those that were asked for. Default: all of them. */
  readonly grants?: (asked: string) => string;
  /** Resolves when a token request may be answered. */
  readonly hold?: () => Promise<void>;
  /** Answer token requests with something else. */
  readonly tokenAnswer?: (form: URLSearchParams) => TokenAnswer | undefined;
}

/** An authorization server with a person who always consents. */
export interface AuthServer extends Pick<
  Grants,
  'expireAccessTokens' | 'revokeFamilies' | 'check' | 'boundTo'
> {
  readonly issuer: string;
  /** Seconds that access tokens are said to live. */
  lifeSeconds: number;
  readonly counts: { readonly refreshes: number; readonly reuses: number };
  /** `METHOD /path` of every request. */
  readonly requests: readonly string[];
  /** Parameters of every request for consent and every token request. */
  readonly consents: readonly URLSearchParams[];
  readonly tokenRequests: readonly URLSearchParams[];
  /** Clients that registered themselves. */
  readonly registered: readonly Record<string, unknown>[];
  close(): Promise<void>;
}

export async function openAuthServer(options: AuthServerOptions = {}): Promise<AuthServer> {
  const state = { lifeSeconds: 3600 };
  const grants = createGrants(() => state.lifeSeconds);
  const secrets = new Map(Object.entries(options.clients ?? {}));
  const redirects = new Map<string, readonly string[]>();
  const consents: URLSearchParams[] = [];
  const tokenRequests: URLSearchParams[] = [];
  const registered: Record<string, unknown>[] = [];
  const seen = new Set<string>();

  const listener = await openHttpListener((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const issuer = listener.origin;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    const body = await readText(request);
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /.well-known/oauth-authorization-server':
        sendJson(response, 200, metadata());
        return;
      case 'POST /register':
        register(JSON.parse(body) as Record<string, unknown>, response);
        return;
      case 'GET /authorize':
        consent(url.searchParams, response);
        return;
      case 'POST /token': {
        const given = await tokens(new URLSearchParams(body), request);
        if (options.dpop) response.setHeader('dpop-nonce', options.dpop.nonce);
        sendJson(response, given.status, given.body);
        return;
      }
      default:
        response.writeHead(404).end();
    }
  }

  function metadata(): Record<string, unknown> {
    const document = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      registration_endpoint: `${issuer}/register`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      authorization_response_iss_parameter_supported: true,
      ...(options.dpop && { dpop_signing_alg_values_supported: ['ES256'] }),
    };
    return options.metadata?.(document) ?? document;
  }

  function register(given: Record<string, unknown>, response: ServerResponse): void {
    const id = `client-${randomBytes(4).toString('hex')}`;
    const secret = randomBytes(8).toString('hex');
    secrets.set(id, secret);
    redirects.set(id, given['redirect_uris'] as string[]);
    registered.push(given);
    const method = given['token_endpoint_auth_method'];
    sendJson(response, 201, {
      ...given,
      client_id: id,
      ...(method !== 'none' && { client_secret: secret, client_secret_expires_at: 0 }),
    });
  }

  function consent(query: URLSearchParams, response: ServerResponse): void {
    consents.push(query);
    const clientId = query.get('client_id') ?? '';
    const redirectUri = query.get('redirect_uri') ?? '';
    const allowed = redirects.get(clientId);
    const isKnown = secrets.has(clientId) && (allowed?.includes(redirectUri) ?? true);
    if (!isKnown || query.get('code_challenge_method') !== 'S256') {
      sendJson(response, 400, { error: 'invalid_request' });
      return;
    }
    const family: Family = {
      clientId,
      resource: query.get('resource') ?? undefined,
      scope: options.grants?.(query.get('scope') ?? '') ?? query.get('scope') ?? '',
      isRevoked: false,
    };
    const target = new URL(redirectUri);
    target.searchParams.set('code', grants.issueCode(family, query.get('code_challenge') ?? '', redirectUri));
    target.searchParams.set('state', query.get('state') ?? '');
    target.searchParams.set('iss', issuer);
    options.redirect?.(target);
    response.writeHead(302, { location: target.href }).end();
  }

  async function tokens(form: URLSearchParams, request: IncomingMessage): Promise<TokenAnswer> {
    tokenRequests.push(form);
    await options.hold?.();
    const other = options.tokenAnswer?.(form);
    if (other) return other;
    const clientId = await clientOf(form, request.headers.authorization);
    if (clientId === undefined) return { status: 401, body: { error: 'invalid_client' } };
    const proof = await options.dpop?.check(request, `${issuer}/token`);
    if (proof && proof.kind !== 'proven')
      return {
        status: 400,
        body: { error: proof.kind === 'nonce' ? 'use_dpop_nonce' : 'invalid_dpop_proof' },
      };
    const issue = (of: { resource?: string | undefined; scope?: string | undefined }): TokenAnswer =>
      grants.issue(
        {
          clientId,
          resource: of.resource ?? form.get('resource') ?? undefined,
          scope: of.scope ?? form.get('scope') ?? '',
          boundTo: proof?.thumbprint,
          isRevoked: false,
        },
        { refreshable: false },
      );
    const unsupported = { status: 400, body: { error: 'unsupported_grant_type' } };
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return grants.redeem(form, clientId, proof?.thumbprint);
      case 'refresh_token':
        return grants.refresh(form, clientId);
      case 'client_credentials':
        return issue({});
      case 'urn:ietf:params:oauth:grant-type:jwt-bearer': {
        if (!options.trusts) return unsupported;
        const { key, typ } = options.trusts;
        const expected = { audience: issuer, clientId, ...(typ !== undefined && { typ }) };
        const about = await readGrantAssertion(form.get('assertion') ?? '', key, expected);
        return about ? issue(about) : { status: 400, body: { error: 'invalid_grant' } };
      }
      default:
        return unsupported;
    }
  }

  async function clientOf(
    form: URLSearchParams,
    authorization: string | undefined,
  ): Promise<string | undefined> {
    if (form.has('client_assertion'))
      return readClientAssertion(form, options.keys ?? {}, [issuer, `${issuer}/token`], seen);
    const basic = /^Basic (.+)$/.exec(authorization ?? '')?.[1];
    const [id, secret] = basic
      ? Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent)
      : [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
    return id !== undefined && secrets.get(id) === secret ? id : undefined;
  }

  return {
    issuer,
    get lifeSeconds() {
      return state.lifeSeconds;
    },
    set lifeSeconds(seconds) {
      state.lifeSeconds = seconds;
    },
    counts: {
      get refreshes() {
        return grants.refreshes;
      },
      get reuses() {
        return grants.reuses;
      },
    },
    requests: listener.requests,
    consents,
    tokenRequests,
    registered,
    boundTo: token => grants.boundTo(token),
    check: (token, resource) => grants.check(token, resource),
    expireAccessTokens: () => grants.expireAccessTokens(),
    revokeFamilies: () => grants.revokeFamilies(),
    close: () => listener.close(),
  };
}
