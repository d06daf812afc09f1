import { createServer } from 'node:http';
import { openAuthServer } from '@tramontane/testkit/auth-servers';
import { expect, onTestFinished, test } from 'vitest';
import { createMemoryPlace } from './credential.ts';
import { type MachineClient, obtainForMachine } from './machine-grants.ts';
import { callEcho, failureOf, openSetting, targetOf } from './setting.test-parts.ts';

const SECRET = 'secret-of-the-machine-Lm4';
const machine: MachineClient = {
  clientId: 'machine',
  clientSecret: SECRET,
  grant: { type: 'client_credentials' },
};
const obtain = obtainForMachine(machine, Date.now);

test('a client that was shown to one authorization server is not shown to another that the tool server names later', async () => {
  const other = await openAuthServer({ clients: { machine: SECRET } });
  onTestFinished(() => other.close());
  let names = (document: Record<string, unknown>) => document;
  const setting = await openSetting(
    { clients: { machine: SECRET } },
    { metadata: document => names(document) },
  );
  const place = createMemoryPlace();
  const target = targetOf(setting, { place, obtain });
  expect(await callEcho(setting, target)).toBe('answer');
  names = document => ({ ...document, authorization_servers: [other.issuer] });
  setting.authServer.expireAccessTokens();
  const failure = await failureOf(callEcho(setting, target));
  expect(failure).toMatchObject({ code: 'authorization_failed', reason: 'issuer_mismatch' });
  expect(other.tokenRequests).toEqual([]);
});

test('what a token endpoint quotes of a secret is not in the message', async () => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const sent = request.headers.authorization ?? '';
      const secret = Buffer.from(sent.replace('Basic ', ''), 'base64').toString();
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: 'invalid_request', error_description: `what is ${secret}?` }));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const setting = await openSetting();
  const tokenUrl = new URL(`http://127.0.0.1:${port}/token`);
  const target = targetOf(setting, { obtain: obtainForMachine({ ...machine, tokenUrl }, Date.now) });
  const failure = await failureOf(callEcho(setting, target));
  expect(failure.message).toContain('what is machine:***?');
  expect(failure.message).not.toContain(SECRET);
});

test('a token that cannot be read is said to be the reason, and nothing is asked for', async () => {
  const setting = await openSetting();
  const assertion = (): Promise<string> => Promise.reject(new Error('it is not there.'));
  const target = targetOf(setting, {
    obtain: obtainForMachine({ clientId: 'm', grant: { type: 'jwt_bearer', assertion } }, Date.now),
  });
  const failure = await failureOf(callEcho(setting, target));
  expect(failure).toMatchObject({ code: 'authorization_failed', reason: 'no_assertion' });
  expect(failure.message).toContain('it is not there.');
  expect(setting.authServer.tokenRequests).toEqual([]);
});
