import type { AuthServerOptions, GuardOptions } from '@tramontane/testkit/auth-servers';
import { openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { callEcho, failureOf, openSetting, person, targetOf } from './setting.test-parts.ts';

describe('signing in', () => {
  test('registers, asks the person, sends state, S256 and resource, and calls the tool', async () => {
    const setting = await openSetting();
    const seen: URL[] = [];
    expect(await callEcho(setting, targetOf(setting, { obtain: person(seen) }))).toBe('answer');
    expect(seen).toHaveLength(1);
    const [consent] = setting.authServer.consents;
    expect(consent?.get('resource')).toBe(setting.tools.url);
    expect(consent?.get('code_challenge_method')).toBe('S256');
    expect(consent?.get('state')?.length).toBeGreaterThan(30);
    expect(setting.authServer.tokenRequests[0]?.get('resource')).toBe(setting.tools.url);
    expect(setting.authServer.registered[0]).toMatchObject({
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
    });
  });

  test('tells who is not there that a person is needed, and sends nobody anywhere', async () => {
    const setting = await openSetting();
    const error = await failureOf(callEcho(setting, targetOf(setting, {})));
    expect(error).toMatchObject({ code: 'sign_in_required', reason: 'not_signed_in', mayHaveRun: false });
    expect(setting.authServer.requests).toEqual([]);
  });

  test('takes a refused key of another kind for that, not for a missing sign-in', async () => {
    const setting = await openSetting();
    const plain = await openSdkV2Server({ tools: [], apiKey: { header: 'x-key', key: 'k' } });
    onTestFinished(() => plain.close());
    expect(await failureOf(callEcho(setting, targetOf({ ...setting, tools: plain }, {})))).toMatchObject({
      code: 'refused',
    });
  });
});

const METADATA = (change: Record<string, unknown>) => (document: Record<string, unknown>) => ({
  ...document,
  ...change,
});

describe('what is refused, before anybody is sent anywhere', () => {
  const cases: [string, string, AuthServerOptions, Partial<GuardOptions>][] = [
    [
      'no word of PKCE',
      'no_pkce',
      { metadata: METADATA({ code_challenge_methods_supported: undefined }) },
      {},
    ],
    [
      'only plain PKCE',
      'no_pkce',
      { metadata: METADATA({ code_challenge_methods_supported: ['plain'] }) },
      {},
    ],
    ['another issuer', 'issuer_mismatch', { metadata: METADATA({ issuer: 'https://other.example' }) }, {}],
    ...[
      'http://auth.example.com/authorize',
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'https://user:word@auth.example.com/',
    ].map((url): [string, string, AuthServerOptions, Partial<GuardOptions>] => [
      `the authorization endpoint ${url}`,
      'insecure_url',
      { metadata: METADATA({ authorization_endpoint: url }) },
      {},
    ]),
    [
      'a token endpoint without encryption',
      'insecure_url',
      { metadata: METADATA({ token_endpoint: 'http://auth.example.com/token' }) },
      {},
    ],
    [
      'another resource',
      'resource_mismatch',
      {},
      { metadata: METADATA({ resource: 'https://evil.example/mcp' }) },
    ],
    [
      'a neighbour as resource',
      'resource_mismatch',
      {},
      {
        path: '/mcp',
        metadata: document => METADATA({ resource: `${String(document['resource'])}2` })(document),
      },
    ],
    ['metadata of another place', 'foreign_metadata', {}, { metadataUrl: 'http://127.0.0.1:9/x' }],
    [
      'metadata of the cloud',
      'insecure_url',
      {},
      { metadataUrl: 'http://169.254.169.254/latest/meta-data/' },
    ],
    [
      'an issuer without encryption',
      'insecure_url',
      {},
      { metadata: METADATA({ authorization_servers: ['http://auth.example.com'] }) },
    ],
    [
      'an issuer in a private network',
      'foreign_metadata',
      {},
      { metadata: METADATA({ authorization_servers: ['https://10.0.0.1'] }) },
    ],
    ['no registration', 'no_client', { metadata: METADATA({ registration_endpoint: undefined }) }, {}],
    ['metadata without servers', 'bad_metadata', {}, { metadata: METADATA({ authorization_servers: [] }) }],
  ];
  test.each(cases)('%s', async (_name, reason, auth, guard) => {
    const setting = await openSetting(auth, guard);
    const seen: URL[] = [];
    const error = await failureOf(callEcho(setting, targetOf(setting, { obtain: person(seen) })));
    expect(error).toMatchObject({ code: 'authorization_failed', reason });
    expect(error.message).toContain(setting.tools.origin);
    expect(seen).toEqual([]);
    expect(setting.authServer.tokenRequests).toEqual([]);
  });
});

describe('answers of a browser that are not taken', () => {
  const cases: [string, string, (url: URL) => void][] = [
    ['another state', 'response_mismatch', url => url.searchParams.set('state', 'x')],
    ['no state', 'response_mismatch', url => url.searchParams.delete('state')],
    ['another issuer', 'response_mismatch', url => url.searchParams.set('iss', 'https://evil.example')],
    [
      'the issuer with a slash',
      'response_mismatch',
      url => url.searchParams.set('iss', `${url.searchParams.get('iss')}/`),
    ],
    ['no issuer although it was promised', 'response_mismatch', url => url.searchParams.delete('iss')],
    [
      'an error of another issuer',
      'response_mismatch',
      url => {
        url.searchParams.set('iss', 'https://evil.example');
        url.searchParams.set('error', 'call_this_number');
      },
    ],
    [
      'a person who said no',
      'denied',
      url => {
        url.searchParams.delete('code');
        url.searchParams.set('error', 'access_denied');
      },
    ],
    ['no code', 'response_mismatch', url => url.searchParams.delete('code')],
  ];
  test.each(cases)('%s', async (_name, reason, redirect) => {
    const setting = await openSetting({ redirect });
    const error = await failureOf(callEcho(setting, targetOf(setting, { obtain: person() })));
    expect(error).toMatchObject({ code: 'authorization_failed', reason });
    expect(error.message).not.toContain('call_this_number');
    expect(setting.authServer.tokenRequests).toEqual([]);
  });
});
