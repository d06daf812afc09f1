import { createHash } from 'node:crypto';
import { type ApiError, notFound, wrongField } from './api-error.ts';
import type { Caller } from './caller.ts';
import { checkTakesMore } from './connector-rights.ts';
import type { ConnectorVault } from './connector-vault.ts';
import type { Connector, ConnectorAccess } from './connector.ts';
import { holderOf, type CredentialStore } from './credential.ts';
import { signedInChange } from './given-credential.ts';
import {
  DEFAULT_CREDENTIALS_NAME,
  signInCredential,
  type SignInStore,
  type StoredSignIn,
  type ToolSignIn,
} from './oauth-ports.ts';
import type { ConnectorStore } from './ports.ts';
import { ToolServerFailure } from './tool-servers.ts';
import { createUuid } from './ids.ts';
import type { SecretBox } from './secret-box.ts';
import { toApiError } from './tool-server-error.ts';

/** How long a person has to sign in, in seconds. */
const SIGN_IN_SECONDS = 600;

/** Signing in to connectors (`GET /v1/connectors/{connector}/auth_url`, and the page a browser comes back to). */
export interface ConnectorSignIn {
  begin(
    caller: Caller,
    idOrName: string,
    wanted: { returnUrl?: string; name?: string; title?: string; signal: AbortSignal },
  ): Promise<{ url: string; ttlSeconds: number }>;
  /** Take what a browser brought back. Never throws for what the person or a server did wrong. */
  finish(answer: URLSearchParams, signal: AbortSignal): Promise<SignInOutcome>;
}

export type SignInOutcome = SignInBack &
  (
    | { readonly kind: 'done'; readonly connector: string }
    | { readonly kind: 'failed'; readonly message: string }
  );

/** Of a sign-in that is known here. */
interface SignInBack {
  readonly returnUrl?: string;
  readonly signIn?: Pick<StoredSignIn, 'connectorId' | 'name'> & { readonly caller: Caller };
}

export interface ConnectorSignInPorts {
  readonly connectors: ConnectorStore;
  readonly credentials: CredentialStore;
  readonly vault: ConnectorVault;
  readonly box: SecretBox;
  readonly signIns: SignInStore;
  readonly toolSignIn: ToolSignIn;
  readonly now: () => Date;
}

export function createConnectorSignIn(ports: ConnectorSignInPorts): ConnectorSignIn {
  const { connectors, vault, box, signIns, toolSignIn, now } = ports;
  return {
    async begin(caller, idOrName, { returnUrl, name = DEFAULT_CREDENTIALS_NAME, title, signal }) {
      checkReturnUrl(returnUrl);
      const connector = await connectors.find(caller, idOrName);
      if (!connector) throw notFound('connector', idOrName);
      checkTakesMore(connector);
      const { url, state, pending } = await toolSignIn
        .begin(connector, vault.accessOf(connector), signInCredential(caller, name, connector), signal)
        .catch(error => Promise.reject(toApiError(error)));
      const stateHash = hashOf(state);
      const isSaved = await signIns.save(caller, {
        stateHash,
        connectorId: connector.id,
        name,
        ...(title !== undefined && { title }),
        ...(returnUrl !== undefined && { returnUrl }),
        sealed: box.seal(pending, contextOf(stateHash)),
        expiresAt: new Date(now().getTime() + SIGN_IN_SECONDS * 1000),
      });
      if (!isSaved) throw notFound('connector', idOrName);
      return { url, ttlSeconds: SIGN_IN_SECONDS };
    },
    async finish(answer, signal) {
      const stateHash = hashOf(answer.get('state') ?? '');
      const signIn = await signIns.take(stateHash);
      if (!signIn || signIn.expiresAt <= now()) {
        const message =
          'This sign-in is not known here any more: it was used, it took too long, or it was started elsewhere. Start again.';
        return { kind: 'failed', message };
      }
      const { returnUrl } = signIn;
      const back: SignInBack = { signIn, ...(returnUrl !== undefined && { returnUrl }) };
      const connector = await connectors.find(signIn.caller, signIn.connectorId);
      if (!connector) return { kind: 'failed', message: 'The connector was deleted meanwhile.', ...back };
      const credential = signInCredential(signIn.caller, signIn.name, connector);
      try {
        const pending = box.open(signIn.sealed, contextOf(stateHash));
        await toolSignIn.complete(connector, credential, pending, answer, signal);
        await keepSignedIn(connector, signIn, ports);
      } catch (error) {
        if (!(error instanceof ToolServerFailure)) throw error;
        return { kind: 'failed', message: error.message, ...back };
      }
      return { kind: 'done', connector: connector.config.title ?? connector.name, ...back };
    },
  };
}

/**
 * The access a caller has to a connector: what the connector holds itself, else the caller's own sign-in. Whether
 * there is one shows when the server asks for it.
 */
export function withSignIn(access: ConnectorAccess, caller: Caller, connector: Connector): ConnectorAccess {
  if (access.auth.type !== 'none') return access;
  return {
    ...access,
    auth: { type: 'sign_in', credential: signInCredential(caller, DEFAULT_CREDENTIALS_NAME, connector) },
  };
}

/** The sign-in is one of the user's credentials from now on: listed, chosen and deleted like the others. */
async function keepSignedIn(
  connector: Connector,
  { caller, name, title }: StoredSignIn & { readonly caller: Caller },
  { credentials, vault, now }: ConnectorSignInPorts,
): Promise<void> {
  await credentials.save(connector.id, holderOf(caller, 'user'), name, existing =>
    signedInChange({ name, ...(title !== undefined && { title }) }, existing, {
      connector,
      creatorId: caller.user,
      newId: createUuid(),
      at: now(),
      vault,
    }),
  );
}

function checkReturnUrl(text: string | undefined): void {
  if (text === undefined) return;
  const refuse = (why: string): ApiError => wrongField(['query', 'app_return_url'], why);
  if (text.length > 2_083 || !URL.canParse(text))
    throw refuse('Give a whole URL of at most 2083 characters.');
  const url = new URL(text);
  const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal))
    throw refuse('Give an address that begins with https://, or http:// on this machine.');
  if (url.username !== '' || url.password !== '') throw refuse('Leave out the user name and the password.');
}

function hashOf(state: string): string {
  return createHash('sha256').update(state).digest('base64url');
}

function contextOf(stateHash: string): string {
  return `sign-in:${stateHash}`;
}
