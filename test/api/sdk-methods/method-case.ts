import type { ApiServer } from '../open-api-server.ts';

/** What the cases of a table share: a server with scripted models, and things made on it. */
export interface Rig {
  readonly api: ApiServer;
  /** Address of a tool server with the tool `stock`. */
  readonly toolServer: string;
  /** Address of a tool server that wants its callers to sign in at an authorization server. */
  readonly guardedServer: string;
  /** A new model that says "Yes.". */
  says(): string;
  /** A new model that calls `stock` and says "Twelve.". */
  calls(): string;
  agentId(): Promise<string>;
  conversationId(): Promise<string>;
  /** A new connector of the tool server, shared with the workspace. */
  connectorId(): Promise<string>;
}

/** One method of the official client: a call of it, and what it answers, or what can be seen of it afterwards. */
export type MethodCase = readonly [call: (rig: Rig) => Promise<unknown>, answer: unknown];
export type MethodCases = Readonly<Record<string, MethodCase>>;

/** The status of the error that a call is refused with. */
export async function statusOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => 'not refused',
    (error: unknown) => (error instanceof Error && 'statusCode' in error ? error.statusCode : error),
  );
}
