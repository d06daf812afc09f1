import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGuards } from '../create-guards.ts';
import type { Visit } from '../visit.ts';
import { createOAuth, type OAuthOptions } from './create-oauth.ts';

const resource = 'https://mcp.example.com/mcp';
const issuer = 'https://auth.example.com';
const jwksUri = `${issuer}/keys`;
type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
let signing: Key;
let published: object[];
let fetched: string[];
let answer: (url: string, init: RequestInit) => Promise<Response> | Response;

const fetchIssuer: typeof fetch = async (input, init) => {
  const { url } = new Request(input);
  fetched.push(url);
  return answer(url, init ?? {});
};

async function makeKey(kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  published = [...published, { ...(await exportJWK(publicKey)), kid, alg: 'ES256' }];
  return privateKey;
}

const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;

async function sign(claims: JWTPayload = {}, key = signing, kid = 'one'): Promise<string> {
  const all = { iss: issuer, aud: resource, sub: 'ada', scope: 'mcp read', exp: inAnHour(), ...claims };
  return new SignJWT(all).setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' }).sign(key);
}

function open(options: Partial<OAuthOptions> = {}) {
  const auth = createOAuth({ resource, issuer, jwksUri, fetch: fetchIssuer, ...options });
  const guards = createGuards({ auth });
  const come = async (token?: string): Promise<Visit> => {
    const header = (name: string) =>
      name === 'authorization' && token !== undefined ? `Bearer ${token}` : undefined;
    const visit = guards.arrive({ method: 'POST', path: '/mcp', header, id: 'i' });
    await guards.admit(visit);
    return visit;
  };
  return { come, guards };
}

beforeAll(async () => {
  published = [];
  signing = await makeKey('one');
});
beforeEach(() => {
  fetched = [];
  answer = () => Response.json({ keys: published });
});

describe('a JWT', () => {
  it('is taken when its issuer signed it for this server', async () => {
    const { caller } = await open().come(await sign());
    expect(caller).toMatchObject({ subject: `${issuer}#ada`, scopes: new Set(['mcp', 'read']) });
    expect(caller?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  it('belongs to the same caller as the next one', async () => {
    const { come } = open();
    const first = await come(await sign({ jti: 'a' }));
    const next = await come(await sign({ jti: 'b' }));
    expect(first.caller?.subject).toBe(next.caller?.subject);
    expect(first.caller?.fingerprint).not.toBe(next.caller?.fingerprint);
  });

  it.each([
    ['for another server', { aud: 'https://other.example.com/mcp' }],
    ['of another issuer', { iss: 'https://evil.example.com' }],
    ['of nobody', { sub: '' }],
    ['without an end', { exp: undefined }],
    ['that is not valid yet', { nbf: inAnHour() }],
  ])('%s is refused', async (_what, claims) => {
    const { refusal } = await open().come(await sign(claims as JWTPayload));
    expect(refusal).toMatchObject({ status: 401, detail: 'Invalid token' });
  });

  it('that has expired is refused, also one that was good before', async () => {
    const { come } = open();
    const token = await sign({ exp: Math.floor(Date.now() / 1000) + 30 });
    expect((await come(token)).refusal).toBeUndefined();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    const { refusal } = await come(token);
    vi.useRealTimers();
    expect(refusal).toMatchObject({ status: 401, detail: 'The token has expired' });
  });

  it('that is unsigned, signed by anybody, or no JWT is refused', async () => {
    const { come } = open();
    const stranger = (await generateKeyPair('ES256')).privateKey;
    const [, body] = (await sign()).split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
    const hmac = await new SignJWT({ iss: issuer, aud: resource, sub: 'a', exp: inAnHour() })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(new TextEncoder().encode(JSON.stringify(published[0])));
    for (const token of [await sign({}, stranger), none, hmac, 'abc']) {
      expect((await come(token)).refusal?.status).toBe(401);
    }
  });

  it('is checked once while it is kept, and its keys are fetched once', async () => {
    const { come } = open();
    const token = await sign();
    await Promise.all([come(token), come(token)]);
    await come(token);
    await come(await sign({ jti: 'other' }));
    expect(fetched).toEqual([jwksUri]);
  });

  it('of a key the issuer has now is taken without a restart', async () => {
    const { come } = open();
    expect((await come(await sign())).refusal).toBeUndefined();
    const next = await makeKey('two');
    const token = await sign({}, next, 'two');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
    expect((await come(token)).refusal).toBeUndefined();
    vi.useRealTimers();
    expect(fetched).toEqual([jwksUri, jwksUri]);
  });

  it('is nobody’s fault while the issuer is away', async () => {
    answer = () => Promise.reject(new TypeError('fetch failed'));
    const { come } = open();
    const token = await sign();
    expect((await come(token)).refusal).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    answer = () => Response.json({ keys: published });
    expect((await come(token)).refusal).toBeUndefined();
  });
});

describe('scopes', () => {
  it('that are needed for anything are asked for in the challenge', async () => {
    const { come } = open({ requiredScopes: ['mcp'] });
    const metadata = 'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"';
    expect((await come()).refusal).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': `Bearer ${metadata}, scope="mcp"` },
    });
    expect((await come(await sign({ scope: 'other' }))).refusal).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="mcp", ${metadata}` },
    });
    expect((await come(await sign())).refusal).toBeUndefined();
  });

  it('include others, and none means none', async () => {
    const { come } = open({ impliedScopes: { admin: ['write'], write: ['read', 'admin'] } });
    expect((await come(await sign({ scope: 'admin' }))).caller?.scopes).toEqual(
      new Set(['admin', 'write', 'read']),
    );
    expect((await come(await sign({ scope: undefined }))).caller?.scopes).toEqual(new Set());
    expect((await come(await sign({ scope: undefined, scp: ['a'] }))).caller?.scopes).toEqual(new Set(['a']));
  });
});

describe('introspection', () => {
  const introspection = { url: `${issuer}/introspect`, clientId: 'us', clientSecret: 's:ecret' };
  const opened = () => {
    const { jwksUri: _, ...rest } = { jwksUri };
    const auth = createOAuth({ ...rest, resource, issuer, introspection, fetch: fetchIssuer });
    const guards = createGuards({ auth });
    return async (token: string) => {
      const header = (name: string) => (name === 'authorization' ? `Bearer ${token}` : undefined);
      const visit = guards.arrive({ method: 'POST', path: '/mcp', header, id: 'i' });
      await guards.admit(visit);
      return visit;
    };
  };
  const active = { active: true, aud: resource, client_id: 'bot', scope: 'read', exp: inAnHour() };

  it('asks the issuer once for a while, with our own credentials', async () => {
    let asked: RequestInit = {};
    answer = (_url, init) => {
      asked = init;
      return Response.json(active);
    };
    const come = opened();
    expect((await come('opaque')).caller).toMatchObject({
      subject: `${issuer}#bot`,
      scopes: new Set(['read']),
    });
    await come('opaque');
    expect(fetched).toEqual([introspection.url]);
    expect(asked.body).toBe('token=opaque&token_type_hint=access_token');
    expect(new Headers(asked.headers).get('authorization')).toBe(
      `Basic ${Buffer.from('us:s%3Aecret').toString('base64')}`,
    );
  });

  it.each([
    [{ active: false }, 'Invalid token'],
    [{ ...active, aud: 'https://other.example.com' }, 'Invalid token'],
    [{ ...active, aud: undefined }, 'Invalid token'],
    [{ ...active, iss: 'https://evil.example.com' }, 'Invalid token'],
    [{ ...active, exp: 1 }, 'The token has expired'],
  ])('refuses %j', async (claims, detail) => {
    answer = () => Response.json(claims);
    expect((await opened()('opaque')).refusal).toMatchObject({ status: 401, detail });
  });

  it('says that nobody can tell when the issuer answers nothing usable', async () => {
    answer = () => new Response('no', { status: 500 });
    expect((await opened()('opaque')).refusal?.status).toBe(503);
    answer = () => new Response('no JSON');
    expect((await opened()('other')).refusal?.status).toBe(503);
  });

  it('is not asked more at once than it can bear', async () => {
    const gate = Promise.withResolvers<void>();
    answer = () => gate.promise.then(() => Response.json(active));
    const come = opened();
    const waiting = Array.from({ length: 100 }, (_, index) => come(`t${index}`));
    expect((await come('one-more')).refusal?.status).toBe(503);
    gate.resolve();
    const visits = await Promise.all(waiting);
    expect(visits.every(visit => visit.refusal === undefined)).toBe(true);
    expect(fetched).toHaveLength(100);
  });
});

describe('the metadata', () => {
  it('names the resource, its issuer, and the scopes to ask for', async () => {
    const { guards } = open({ supportedScopes: ['mcp', 'offline_access'], name: 'The shop' });
    const [route] = guards.routes;
    expect(route).toMatchObject({ path: '/.well-known/oauth-protected-resource/mcp', open: true });
    const told = await route?.answer(
      guards.arrive({ method: 'GET', path: '/', header: () => undefined, id: 'i' }),
    );
    expect(JSON.parse(told?.body ?? '')).toEqual({
      resource,
      authorization_servers: [issuer],
      scopes_supported: ['mcp'],
      bearer_methods_supported: ['header'],
      resource_name: 'The shop',
    });
  });

  it.each([
    [{ resource: 'http://mcp.example.com/mcp' }, 'oauth.resource'],
    [{ resource: 'https://mcp.example.com/mcp#x' }, 'oauth.resource'],
    [{ issuer: 'http://auth.example.com' }, 'oauth.issuer'],
    [{ jwksUri: 'ftp://x' }, 'oauth.jwksUri'],
  ])('is not made from %j', (options, message) => {
    expect(() => open(options)).toThrow(message);
  });
});
