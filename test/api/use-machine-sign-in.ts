import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect } from 'vitest';
import { openApiServer, type ApiAnswer, type ApiServer } from './open-api-server.ts';
import type { Json } from './shapes.ts';

// Signing in without a person at the keyboard, through the API, with real authorization servers and identity providers.

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** The private keys of `rsa-client` and `ec-client`. */
export const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
export const jwk = { ...ec.privateKey.export({ format: 'jwk' }), kid: 'key-7' };

/** Public keys of clients, as the authorization server knows them. */
export const keys = {
  'rsa-client': { ...rsa.publicKey.export({ format: 'jwk' }), alg: 'RS256' },
  'ec-client': { ...ec.publicKey.export({ format: 'jwk' }), alg: 'ES256' },
};

/** An API server for the tests of one file, with connectors that sign in by themselves. */
export function useMachineSignIn() {
  let server: ApiServer | undefined;
  beforeAll(async () => {
    server = await openApiServer();
  });
  afterAll(() => server?.close());
  const api = (): ApiServer => {
    if (!server) throw new Error('The API server of this file is open in its tests only.');
    return server;
  };
  let count = 0;
  return {
    api,
    /** Makes a connector for the tool server at a URL; its name. */
    createConnector: async (url: string, rest: Json = {}): Promise<string> => {
      const name = `machine-${(count += 1)}`;
      const connector = { name, description: 'd', server: url, ...rest };
      const made = await api().send('POST', '/v1/connectors', connector);
      expect([made.status, made.text]).toEqual([201, made.text]);
      return name;
    },
    store: (name: string, oauth: Json): Promise<ApiAnswer> =>
      api().send('POST', `/v1/connectors/${name}/user/credentials`, {
        name: 'machine',
        credentials: { oauth },
      }),
    callEcho: (name: string): Promise<ApiAnswer> =>
      api().send('POST', `/v1/connectors/${name}/tools/echo/call`, {}),
  };
}
