import { type JWK, SignJWT, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { openHttpListener, readText, sendJson } from '../tool-servers/http-listener.ts';
import { readClientAssertion } from './assertions.ts';

/** A company's identity provider, which knows one client and gives grants for other authorization servers (ID-JAG). */
export interface IdentityProvider {
  readonly tokenUrl: string;
  /** With which its grants are checked. */
  readonly publicKey: JWK;
  readonly tokenRequests: readonly URLSearchParams[];
  /** An ID token of a user, for the client where no other reader of it is named. */
  idToken(user: string, audience?: string): Promise<string>;
  /** A refresh token of a user's sign-in. */
  refreshToken(user: string): string;
  close(): Promise<void>;
}

const TYPE = 'urn:ietf:params:oauth:token-type:';

export async function openIdentityProvider(client: {
  readonly id: string;
  readonly secret?: string;
  readonly key?: JWK;
  /** The client's name at the authorization server that takes the grants. */
  readonly nameThere: string;
}): Promise<IdentityProvider> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const tokenRequests: URLSearchParams[] = [];
  const seen = new Set<string>();
  const listener = await openHttpListener((request, response) => {
    const answer = async (): Promise<void> => {
      const form = new URLSearchParams(await readText(request));
      tokenRequests.push(form);
      const refuse = (error: string): void => sendJson(response, 400, { error });
      if (!(await knows(form))) return refuse('invalid_client');
      const user = await userOf(form.get('subject_token') ?? '', form.get('subject_token_type') ?? '');
      if (user === undefined) return refuse('invalid_grant');
      if (form.get('requested_token_type') !== `${TYPE}id-jag`) return refuse('invalid_request');
      const scope = form.get('scope');
      const grant = new SignJWT({
        client_id: client.nameThere,
        resource: form.get('resource'),
        ...(scope !== null && { scope }),
      })
        .setProtectedHeader({ alg: 'RS256', typ: 'oauth-id-jag+jwt' })
        .setIssuer(listener.origin)
        .setSubject(user)
        .setAudience(form.get('audience') ?? '')
        .setExpirationTime('5m');
      sendJson(response, 200, {
        access_token: await grant.sign(privateKey),
        issued_token_type: `${TYPE}id-jag`,
        token_type: 'N_A',
      });
    };
    answer().catch(() => response.destroy());
  });
  const tokenUrl = `${listener.origin}/token`;

  async function knows(form: URLSearchParams): Promise<boolean> {
    if (!client.key)
      return form.get('client_id') === client.id && form.get('client_secret') === client.secret;
    const keys = { [client.id]: client.key };
    return (await readClientAssertion(form, keys, [tokenUrl, listener.origin], seen)) !== undefined;
  }

  async function userOf(token: string, type: string): Promise<string | undefined> {
    if (type === `${TYPE}refresh_token`) return /^refresh of (.+)$/.exec(token)?.[1];
    if (type !== `${TYPE}id_token`) return undefined;
    const read = await jwtVerify(token, publicKey, { audience: client.id }).catch(() => undefined);
    return read?.payload.sub;
  }

  return {
    tokenUrl,
    publicKey: { ...(await exportJWK(publicKey)), alg: 'RS256' },
    tokenRequests,
    idToken: (user, audience = client.id) =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'RS256' })
        .setSubject(user)
        .setAudience(audience)
        .setExpirationTime('1h')
        .sign(privateKey),
    refreshToken: user => `refresh of ${user}`,
    close: () => listener.close(),
  };
}
