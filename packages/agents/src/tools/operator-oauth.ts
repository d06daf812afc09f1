import { readFileSync } from 'node:fs';
import { SIGNING_ALGORITHMS } from '@tramontane/wire';
import { z } from 'zod';
import type { IdentityProvider, MachineAuth, MachineClient } from '../core/machine-auth.ts';
import { SigningKeyError, parseSigningKey } from '../core/signing-key.ts';

/** What is wrong with the file. The message names the place and never shows a value: keys stand in it. */
export class OperatorServersError extends Error {
  override readonly name = 'OperatorServersError';
}

const text = z.string().min(1);
const address = z.url({ protocol: /^https?$/, error: 'an address begins with https:// or http://' });
const clientFields = {
  clientId: text,
  clientSecret: text.optional(),
  /** Path of a PKCS #8 key in PEM, or of a JWK. */
  privateKeyFile: text.optional(),
  signingAlgorithm: z.enum(SIGNING_ALGORITHMS).optional(),
};

/**
 * How one of the operator's servers is signed in to where no person does. Files are read on this machine, so they are named
 * here and nowhere else.
 */
export const operatorOAuthSchema = z
  .strictObject({
    ...clientFields,
    tokenUrl: address.optional(),
    issuer: address.optional(),
    scope: text.optional(),
    /** A token of the platform, read for each request: workload identity. */
    assertionFile: text.optional(),
    identityProvider: z
      .strictObject({
        ...clientFields,
        tokenUrl: address,
        subjectTokenFile: text,
        subjectTokenType: z.enum(['id_token', 'refresh_token']).default('id_token'),
      })
      .optional(),
  })
  .refine(({ assertionFile, identityProvider }) => !(assertionFile && identityProvider), {
    error: 'assertionFile and identityProvider are two ways to sign in; give one',
  })
  // A token of the platform is good for whatever takes it: the tool server must not say where it goes.
  .refine(({ assertionFile, tokenUrl, issuer }) => !assertionFile || tokenUrl || issuer, {
    error: 'assertionFile needs tokenUrl or issuer, which say where the token may go',
  })
  .refine(
    ({ assertionFile, identityProvider, clientSecret, privateKeyFile }) =>
      [assertionFile, identityProvider, clientSecret, privateKeyFile].some(given => given !== undefined),
    { error: 'give clientSecret, privateKeyFile, assertionFile or identityProvider' },
  );
type OperatorOAuth = z.infer<typeof operatorOAuthSchema>;

/** @param place Where it stands, for messages. @throws OperatorServersError */
export function toOperatorAuth(given: OperatorOAuth, place: string): MachineAuth {
  const { tokenUrl, issuer, scope, assertionFile, identityProvider } = given;
  const base = {
    ...toClient(given, place),
    ...(tokenUrl !== undefined && { tokenUrl }),
    ...(issuer !== undefined && { issuer }),
    ...(scope !== undefined && { scope }),
  };
  if (assertionFile !== undefined) return { type: 'workload_identity', ...base, assertionFile };
  if (!identityProvider) return { type: 'client_credentials', ...base };
  const provider: IdentityProvider = {
    ...toClient(identityProvider, `${place}.identityProvider`),
    tokenUrl: identityProvider.tokenUrl,
    subjectToken: { file: identityProvider.subjectTokenFile },
    subjectTokenType: identityProvider.subjectTokenType,
  };
  return { type: 'enterprise', ...base, identityProvider: provider };
}

type GivenClient = Pick<OperatorOAuth, keyof typeof clientFields>;

function toClient(given: GivenClient, place: string): MachineClient {
  const { clientId, clientSecret, privateKeyFile, signingAlgorithm } = given;
  if (clientSecret !== undefined && privateKeyFile !== undefined)
    throw new OperatorServersError(`${place}: give clientSecret or privateKeyFile, not both.`);
  if (privateKeyFile === undefined) {
    if (signingAlgorithm !== undefined)
      throw new OperatorServersError(`${place}: a signingAlgorithm needs a privateKeyFile.`);
    return { clientId, ...(clientSecret !== undefined && { clientSecret }) };
  }
  try {
    return { clientId, privateKey: parseSigningKey(readKey(privateKeyFile), signingAlgorithm) };
  } catch (error) {
    const reason =
      error instanceof SigningKeyError
        ? error.message
        : `it cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`;
    throw new OperatorServersError(`${place}.privateKeyFile: ${reason}`);
  }
}

function readKey(path: string): string | Record<string, unknown> {
  const content = readFileSync(path, 'utf8').trim();
  if (!content.startsWith('{')) return content;
  try {
    return JSON.parse(content) as Record<string, unknown>;
  } catch {
    // The reason would quote the key.
    throw new SigningKeyError('It begins like a JWK and is no valid JSON.');
  }
}
