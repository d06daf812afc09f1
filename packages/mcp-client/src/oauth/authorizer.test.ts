import { describe, expect, test } from 'vitest';
import { type AuthorizerOptions, createAuthorizer } from './authorizer.ts';
import { type TokenPlace, createMemoryPlace } from './credential.ts';
import { type Setting, callEcho, failureOf, openSetting, person, targetOf } from './setting.test-parts.ts';

const HOUR = 3_600_000;

/** A place that holds a sign-in, made `ago` milliseconds before now. */
async function signedIn(setting: Setting, ago = 0): Promise<TokenPlace> {
  const place = createMemoryPlace();
  const now = (): number => Date.now() - ago;
  const target = targetOf(setting, { place, obtain: person([], now), now });
  await callEcho(setting, target);
  return place;
}

/** One more authorizer without a person, as the server has it, on a scope of its own. */
function withoutPerson(setting: Setting, options: Partial<AuthorizerOptions>) {
  return { ...targetOf(setting, options), scope: { workspace: 'w', connector: 'c', credential: 'e' } };
}

describe('50 calls at once', () => {
  const many = (setting: Setting, target: ReturnType<typeof targetOf>): Promise<string[]> =>
    Promise.all(Array.from({ length: 50 }, async () => callEcho(setting, target)));

  test('across the end of a token: 50 answers, one refresh', async () => {
    const setting = await openSetting();
    const place = await signedIn(setting, 2 * HOUR);
    const answers = await many(setting, withoutPerson(setting, { place }));
    expect(answers.filter(answer => answer === 'answer')).toHaveLength(50);
    expect(setting.authServer.counts).toMatchObject({ refreshes: 1, reuses: 0 });
  });

  test('with a token the server suddenly refuses: 50 answers, one refresh', async () => {
    let release = (): void => undefined;
    const isFree = new Promise<void>(resolve => (release = resolve));
    let holds = false;
    const setting = await openSetting({ hold: async () => (holds ? isFree : undefined) });
    const place = await signedIn(setting);
    const target = withoutPerson(setting, { place });
    await callEcho(setting, target);
    setting.authServer.expireAccessTokens();
    holds = true;
    const before = setting.tools.requests.length;
    const calls = many(setting, target);
    // The refresh is answered once every call has met the 401.
    await expect.poll(() => setting.tools.requests.length - before).toBe(50);
    release();
    expect((await calls).filter(answer => answer === 'answer')).toHaveLength(50);
    expect(setting.authServer.counts).toMatchObject({ refreshes: 1, reuses: 0 });
  });
});

describe('keeping tokens', () => {
  test('renews ahead of the end, and does without while the authorization server is down', async () => {
    const setting = await openSetting();
    setting.authServer.lifeSeconds = 600;
    // 30 seconds before the end.
    const place = await signedIn(setting, 570_000);
    await setting.authServer.close();
    expect(await callEcho(setting, withoutPerson(setting, { place }))).toBe('answer');
    expect(setting.authServer.counts.refreshes).toBe(0);
  });

  test('an ended token and a server that is down is an outage, and the sign-in is still there', async () => {
    let isDown = true;
    const setting = await openSetting({
      tokenAnswer: form =>
        isDown && form.get('grant_type') === 'refresh_token' ? { status: 503, body: {} } : undefined,
    });
    const place = await signedIn(setting, 2 * HOUR);
    const target = withoutPerson(setting, { place });
    expect(await failureOf(callEcho(setting, target))).toMatchObject({ code: 'unreachable' });
    isDown = false;
    expect(await callEcho(setting, target)).toBe('answer');
  });

  test('a revoked sign-in is said to be over, and its refresh token is not sent twice', async () => {
    const setting = await openSetting();
    const place = await signedIn(setting);
    setting.authServer.revokeFamilies();
    const target = withoutPerson(setting, { place });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = await failureOf(callEcho(setting, target));
      expect(error).toMatchObject({ code: 'sign_in_required', reason: 'sign_in_expired', mayHaveRun: false });
    }
    const refreshes = setting.authServer.tokenRequests.filter(
      form => form.get('grant_type') === 'refresh_token',
    );
    expect(refreshes).toHaveLength(1);
  });

  test('a caller that leaves during a renewal does not end it', async () => {
    let release = (): void => undefined;
    const isFree = new Promise<void>(resolve => (release = resolve));
    const setting = await openSetting({ hold: async () => undefined });
    const place = await signedIn(setting, 2 * HOUR);
    const slow = await openSetting({ hold: async () => isFree });
    const kept = await place.read(AbortSignal.timeout(1000));
    if (!kept) throw new Error('nothing is kept');
    const elsewhere = createMemoryPlace({ ...kept, tokenEndpoint: `${slow.authServer.issuer}/token` });
    const authorizer = createAuthorizer({ egress: setting.egress, place: elsewhere });
    const leaving = new AbortController();
    const sent = authorizer.send({
      method: 'GET',
      url: new URL(setting.tools.url),
      signal: leaving.signal,
      send: async () => new Response(),
    });
    await expect.poll(() => slow.authServer.tokenRequests.length).toBe(1);
    leaving.abort(new Error('gone'));
    await expect(sent).rejects.toThrow('gone');
    release();
    // The other server does not know the client: its answer is what ends the renewal.
    await expect
      .poll(async () => (await elsewhere.read(leaving.signal))?.tokens.refreshToken)
      .toBeUndefined();
  });

  test('no secret of it is in a message that quotes the server', async () => {
    const setting = await openSetting();
    const place = await signedIn(setting);
    const kept = await place.read(AbortSignal.timeout(1000));
    const authorizer = createAuthorizer({ egress: setting.egress, place });
    const [url, { signal }] = [new URL(setting.tools.url), new AbortController()];
    await authorizer.send({ method: 'GET', url, signal, send: async () => new Response() });
    expect(authorizer.secrets()).toEqual(
      expect.arrayContaining([kept?.tokens.accessToken, kept?.tokens.refreshToken]),
    );
  });
});

describe('more scopes', () => {
  test('are asked for once, together with those there were', async () => {
    const scopes = ['read'];
    const setting = await openSetting({}, { scopes });
    const kept = createMemoryPlace();
    const seen: URL[] = [];
    const target = targetOf(setting, { place: kept, obtain: person(seen) });
    await callEcho(setting, target);
    scopes.splice(0, 1, 'write');
    await callEcho(setting, target);
    expect(seen.map(url => url.searchParams.get('scope'))).toEqual(['read', 'read write']);
  });

  test('that are never granted are not asked for again', async () => {
    const setting = await openSetting({ grants: () => 'little' }, { scopes: ['much'] });
    const seen: URL[] = [];
    const error = await failureOf(callEcho(setting, targetOf(setting, { obtain: person(seen) })));
    expect(error).toMatchObject({ code: 'refused', status: 403 });
    expect(seen).toHaveLength(1);
  });

  test('without a person are remembered for the next sign-in', async () => {
    const scopes = ['read'];
    const setting = await openSetting({}, { scopes });
    const kept = await signedIn(setting);
    scopes.push('write');
    const error = await failureOf(callEcho(setting, withoutPerson(setting, { place: kept })));
    expect(error).toMatchObject({ code: 'sign_in_required', reason: 'more_scopes' });
    expect((await kept.read(AbortSignal.timeout(1000)))?.wantedScope).toBe('read write');
  });
});
