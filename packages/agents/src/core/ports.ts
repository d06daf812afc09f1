import type { RunEnd, RunEvent } from '@tramontane/engine';
import type { Agent, AgentConfig } from './agent.ts';
import type { Caller } from './caller.ts';
import type { ConnectorPreference } from './connector-preference.ts';
import type { Connector } from './connector.ts';
import type { Conversation } from './conversation.ts';
import type { Credential } from './credential.ts';
import type { Answered, RequestKey } from './request-key.ts';
import type { RunPlan } from './run-plan.ts';

// What the use cases ask of the rooms around them. Every look into the store says who looks.
//
// Connectors made from servers given inline belong to the agents, conversations and runs that name them: they are written
// in the same transaction as these, and removed in the one that removes the last of them.

export interface AgentFilter {
  readonly offset?: number;
  /** The agent after which the list goes on. */
  readonly after?: { readonly createdAt: string; readonly id: string };
  readonly limit: number;
  readonly deploymentChat?: boolean;
  readonly sources?: readonly string[];
  readonly name?: string;
  readonly search?: string;
  readonly id?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface AgentStore {
  /** @param inline Connectors that the agent brings along. */
  insert(caller: Caller, id: string, config: AgentConfig, inline: readonly Connector[]): Promise<Agent>;
  /** The current version, or the one asked for. */
  get(caller: Caller, id: string, version?: number): Promise<Agent | undefined>;
  list(caller: Caller, filter: AgentFilter): Promise<Agent[]>;
  listVersions(
    caller: Caller,
    id: string,
    page: { offset: number; limit: number },
  ): Promise<Agent[] | undefined>;
  /** Adds a version made from the current one and makes it current, in one step for parallel updates. */
  update(
    caller: Caller,
    id: string,
    change: (current: AgentConfig) => AgentConfig,
    options: { deploymentChat?: boolean; inline: readonly Connector[] },
  ): Promise<Agent | undefined>;
  /** `undefined` when the agent or the version is gone. */
  switchVersion(caller: Caller, id: string, version: number): Promise<Agent | undefined>;
  remove(caller: Caller, id: string): Promise<boolean>;
}

/** What an update writes; what is left out stays. */
export interface ConnectorChange extends Partial<
  Pick<Connector, 'name' | 'visibility' | 'config' | 'sealedAccess'>
> {
  /** Credentials and preferences of everyone but the creator go. */
  readonly dropOthers?: boolean;
  /** The caller's own credentials are for this origin from now on. */
  readonly moveOwn?: string;
}

/** A connector as one caller has it. Credentials and preferences: those that are theirs to use, nearest level first. */
export interface ReachableConnector {
  readonly connector: Connector;
  readonly credentials: readonly Credential[];
  readonly preferences: readonly ConnectorPreference[];
}

export interface ConnectorStore {
  /** `undefined` when the name is taken. */
  insert(
    caller: Caller,
    connector: Pick<Connector, 'id' | 'name' | 'visibility' | 'config' | 'sealedAccess'>,
  ): Promise<Connector | undefined>;
  /**
   * A connector the caller may know of. A name is looked for among the caller's own first, then in the workspace.
   * @param options.viaAgent Named by an agent of the workspace: what was given inline to that agent counts too.
   */
  find(caller: Caller, idOrName: string, options?: { viaAgent: boolean }): Promise<Connector | undefined>;
  /** The same, with what signs in for the caller and what holds for them: a turn asks this before it says a word. */
  reach(
    caller: Caller,
    idOrName: string,
    options?: { viaAgent: boolean },
  ): Promise<ReachableConnector | undefined>;
  list(
    caller: Caller,
    page: { after?: { createdAt: string; id: string }; limit: number; active?: boolean },
  ): Promise<Connector[]>;
  /** One that was not given inline. `change` decides whether the caller may, and throws where not. */
  update(
    caller: Caller,
    id: string,
    change: (current: Connector) => ConnectorChange,
  ): Promise<Connector | 'name_taken' | undefined>;
  /** @param check Throws where the caller may not. */
  remove(caller: Caller, id: string, check: (current: Connector) => void): Promise<boolean>;
}

export interface ConversationStore {
  get(caller: Caller, id: string): Promise<Conversation | undefined>;
  list(
    caller: Caller,
    page: { offset: number; limit: number; metadata?: Readonly<Record<string, unknown>> },
  ): Promise<Conversation[]>;
  /** Ids of the runs that were under way in it; `undefined` when there is no such conversation. */
  remove(caller: Caller, id: string): Promise<readonly string[] | undefined>;
  /** Events of the conversation's runs from number `from` on, oldest run first. */
  listRuns(caller: Caller, id: string, from: number): Promise<StoredRun[]>;
}

/** The conversation a run starts in: a new one, or one whose runs the caller has read. */
export type StartIn = { readonly id: string } & (
  | {
      readonly create: Omit<Conversation, 'id' | 'createdAt' | 'updatedAt'>;
      /** Connectors that the conversation brings along. */
      readonly inline: readonly Connector[];
    }
  | { readonly runsSeen: number }
);

export interface StoredRun {
  readonly id: string;
  readonly agentId?: string;
  readonly running: boolean;
  /** Size of the events as they are stored. */
  readonly bytes: number;
  readonly events: readonly RunEvent[];
}

/** A run as its owner carries it. */
export interface OwnedRun {
  readonly id: string;
  readonly caller: Caller;
  readonly conversationId: string;
  readonly plan: RunPlan;
  /** Its caller wants it to stop. */
  readonly cancelRequested: boolean;
  readonly events: readonly RunEvent[];
}

export interface RunStore {
  /**
   * Writes the run, its first event and, when new, its conversation, in one transaction. Answers `busy` when the
   * conversation has another number of runs than the caller saw, or one under way; `gone` when it was deleted.
   * @param kept The request's idempotency key, written with it; `busy` when another run has it.
   */
  start(
    caller: Caller,
    run: { id: string; plan: RunPlan; first: RunEvent },
    conversation: StartIn,
    kept?: { readonly key: RequestKey; readonly answered: Answered },
  ): Promise<'started' | 'busy' | 'gone'>;
  /** Commits events at `seq`. Rejects with OwnershipLost when another owner wrote there or the run is gone. */
  append(run: { id: string; caller: Caller }, seq: number, events: readonly RunEvent[]): Promise<void>;
  load(runId: string): Promise<OwnedRun | undefined>;
  /** Writes down that the conversation's run under way is to stop. Its id, or `undefined` when there is none. */
  requestCancel(caller: Caller, conversationId: string): Promise<string | undefined>;
  eventsSince(caller: Caller, runId: string, seq: number): Promise<RunEvent[] | undefined>;
}

/** Another process goes on with the run, or its conversation was deleted: whoever hears this stops at once. */
export class OwnershipLost extends Error {
  constructor(runId: string) {
    super(`Run ${runId} is no longer carried by this process.`);
    this.name = 'OwnershipLost';
  }
}

/** Carries a run inside what counts and traces it. */
export type WatchRun = (
  run: { readonly id: string; readonly plan: RunPlan },
  carry: () => Promise<RunEnd>,
) => Promise<RunEnd>;

/** What the server counts (`/metrics`, in the text format of Prometheus). */
export interface HttpMetrics {
  readonly contentType: string;
  readonly text: () => Promise<string>;
  /** @param answer.route Of the router; absent where there is none. */
  readonly countAnswer: (answer: {
    readonly method: string;
    readonly route: string | undefined;
    readonly status: number;
    /** The guard that refused the request. */
    readonly refusedBy: string | undefined;
  }) => void;
}
