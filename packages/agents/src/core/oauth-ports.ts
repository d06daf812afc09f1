import type { Caller } from './caller.ts';
import { originOf, type Connector, type ConnectorAccess } from './connector.ts';

// What the use cases ask of the store and of the tool servers where OAuth is concerned. What is called sealed is
// encrypted; everything else of it is secret only where it says so.

/** Where the tokens of one credential of one connector are kept. They go with the connector. */
export interface SecretPlace {
  readonly workspace: string;
  readonly connectorId: string;
  readonly credential: string;
}

export interface SharedSecrets {
  read(place: SecretPlace): Promise<string | undefined>;
  /**
   * Replace what is kept. Work runs for one at a time, over all processes on this database, with what is kept at that
   * moment; where it throws, nothing changes. `undefined`, and no work done, where the connector is not stored.
   */
  change(
    place: SecretPlace,
    work: (sealed: string | undefined) => Promise<string>,
    signal: AbortSignal,
  ): Promise<string | undefined>;
  write(place: SecretPlace, sealed: string): Promise<void>;
  remove(place: SecretPlace): Promise<boolean>;
}

export interface RegisteredClientKey {
  readonly workspace: string;
  readonly issuer: string;
  readonly redirectUri: string;
}

export interface RegisteredClients {
  find(key: RegisteredClientKey): Promise<string | undefined>;
  save(key: RegisteredClientKey, sealed: string): Promise<void>;
  forget(key: RegisteredClientKey): Promise<void>;
}

/** A sign-in that a person has not come back from yet. */
export interface StoredSignIn {
  readonly stateHash: string;
  readonly connectorId: string;
  /** Name and title of the credential it will be. */
  readonly name: string;
  readonly title?: string;
  readonly sealed: string;
  readonly returnUrl?: string;
  readonly expiresAt: Date;
}

export interface SignInStore {
  /** False where the connector is not stored. */
  save(caller: Caller, signIn: StoredSignIn): Promise<boolean>;
  /** The sign-in, which is gone with this: an answer counts once. */
  take(stateHash: string): Promise<(StoredSignIn & { readonly caller: Caller }) | undefined>;
}

/** The sign-in of a person at a tool server, as the tool servers' room carries it out. `pending` is secret. */
export interface ToolSignIn {
  /** @throws ToolServerFailure */
  begin(
    connector: Connector,
    access: ConnectorAccess,
    credential: string,
    signal: AbortSignal,
  ): Promise<{ readonly url: string; readonly state: string; readonly pending: string }>;
  /** Redeems the answer and keeps the tokens. @throws ToolServerFailure */
  complete(
    connector: Connector,
    credential: string,
    pending: string,
    answer: URLSearchParams,
    signal: AbortSignal,
  ): Promise<void>;
  isSignedIn(connector: Connector, credential: string): Promise<boolean>;
}

/**
 * The place of a user's own sign-in. Users of two workspaces may have one name, and a connector that moves to another
 * origin takes no tokens along.
 */
export function signInCredential(caller: Caller, name: string, connector: Connector): string {
  return `${signInPrefix(caller, name)}${originOf(connector.config.server)}`;
}

/** What the places of one sign-in begin with, wherever the connector was. None of these parts holds a space. */
export function signInPrefix(holder: Pick<Caller, 'workspace' | 'user'>, name: string): string {
  return `user ${name} ${holder.workspace}/${holder.user} `;
}

export const DEFAULT_CREDENTIALS_NAME = 'default';
