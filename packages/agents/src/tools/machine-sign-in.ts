import { readFile } from 'node:fs/promises';
import { type MachineGrant, type Obtain, obtainForMachine } from '@tramontane/mcp-client';
import type { IdentityProvider, MachineAuth, MachineClient } from '../core/machine-auth.ts';

/** Larger is no token. */
const MAX_TOKEN_LENGTH = 64 * 1024;

/** Tokens for a connector that no person signs in to. */
export function obtainAsMachine(auth: MachineAuth): Obtain {
  const { tokenUrl, issuer, scope } = auth;
  return obtainForMachine(
    {
      ...clientOf(auth),
      ...(tokenUrl !== undefined && { tokenUrl: new URL(tokenUrl) }),
      ...(issuer !== undefined && { given: { issuer } }),
      ...(scope !== undefined && { scope }),
      grant: grantOf(auth),
    },
    Date.now,
  );
}

function grantOf(auth: MachineAuth): MachineGrant {
  switch (auth.type) {
    case 'client_credentials':
      return { type: 'client_credentials' };
    case 'workload_identity':
      return { type: 'jwt_bearer', assertion: async () => readToken(auth.assertionFile) };
    case 'enterprise':
      return { type: 'enterprise', identity: identityOf(auth.identityProvider) };
  }
}

function identityOf({ tokenUrl, subjectToken, subjectTokenType, ...client }: IdentityProvider) {
  return {
    ...clientOf(client),
    tokenUrl: new URL(tokenUrl),
    subjectToken: async () => ('file' in subjectToken ? readToken(subjectToken.file) : subjectToken.text),
    subjectTokenType,
  };
}

function clientOf({ clientId, clientSecret, method, privateKey }: MachineClient) {
  return {
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    ...(method && { secretMethod: method }),
    ...(privateKey && { privateKey: { method: 'private_key_jwt', key: privateKey } as const }),
  };
}

/** A token that the platform writes anew before it ends. The message shows neither its text nor its place. */
async function readToken(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`the file that the operator named could not be read (${cause.code ?? 'unknown'}).`);
  });
  const token = text.trim();
  if (token === '' || token.length > MAX_TOKEN_LENGTH || /\s/.test(token))
    throw new Error('the file that the operator named holds no token.');
  return token;
}
