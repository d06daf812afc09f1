import type { ColumnType, Generated, JSONColumnType, Selectable } from 'kysely';

// Rows of the tables that `migrations/` makes. JSON is kept as `json`, word for word: `jsonb` refuses a NUL in a text
// and changes the order of keys, and both belong to callers and models.

/** JSON is written as text, or the driver would take an array for an array of PostgreSQL. */
type Json = JSONColumnType<object>;
type Time = ColumnType<Date, Date | string, Date | string>;

interface Owned {
  workspace: string;
  user_id: string;
}

interface AgentTable extends Owned {
  id: string;
  version: number;
  deployment_chat: boolean;
  source: string;
  created_at: Time;
  updated_at: Time;
}

interface AgentVersionTable extends Owned {
  agent_id: string;
  version: number;
  config: Json;
  created_at: Time;
}

interface AgentAliasTable extends Owned {
  agent_id: string;
  alias: string;
  version: number;
  created_at: Time;
  updated_at: Time;
}

interface ConnectorTable extends Owned {
  id: string;
  name: string;
  /** Set for connectors made from a server given inline: their id, which the same server and credentials give again. */
  inline_key: string | null;
  organization: string;
  visibility: string;
  config: Json;
  sealed_access: string;
  created_at: Time;
  modified_at: Time;
}

interface ConversationTable extends Owned {
  id: string;
  target: Json;
  name: string | null;
  description: string | null;
  metadata: JSONColumnType<object> | null;
  created_at: Time;
  updated_at: Time;
}

interface RunTable extends Owned {
  id: string;
  conversation_id: string;
  position: number;
  running: boolean;
  owner: string;
  plan: Json;
  caller: JSONColumnType<object> | null;
  cancel_requested: Generated<boolean>;
  started_at: Generated<Date>;
}

interface RunEventTable extends Owned {
  run_id: string;
  seq: number;
  event: Json;
  recorded_at: Generated<Date>;
}

interface WorkspaceTable {
  id: string;
  organization: string;
}

interface ApiKeyTable extends Owned {
  id: string;
  name: string;
  sha256: string;
  fingerprint: string;
  role: string;
  key_scope: string;
  created_at: Time;
  revoked_at: Time | null;
}

interface OAuthTokenTable {
  connector_id: string;
  credential: string;
  workspace: string;
  sealed: string | null;
  /** Counts changes, so that of two on the same state only the first is kept. */
  version: number;
  claimed_until: ColumnType<Date | null, Date | null, Date | null>;
  updated_at: Time;
}

interface OAuthClientTable {
  workspace: string;
  issuer: string;
  redirect_uri: string;
  sealed: string;
  created_at: Time;
}

interface OAuthSignInTable extends Owned {
  state_hash: string;
  /** Whoever started it, as the key said at that moment. */
  caller: Json;
  connector_id: string;
  credentials_name: string;
  credentials_title: string | null;
  sealed: string;
  return_url: string | null;
  expires_at: Time;
}

interface UnansweredCallTable extends Owned {
  run_id: string;
  call_id: string;
  conversation_id: string;
  noticed_at: Time;
  settlement: JSONColumnType<object> | null;
}

/** What began under an idempotency key: a turn, or a direct call of a tool. */
interface RequestKeyTable extends Owned {
  id: string;
  digest: string;
  endpoint: string;
  made_at: Generated<Date>;
  run_id: string | null;
  conversation_id: string | null;
  /** What the first answer held beside the run. */
  answered: JSONColumnType<object> | null;
  call_key: string | null;
  repeatable: boolean | null;
  /** The process that makes the call; none when it was stopped. */
  owner: string | null;
  /** Made anew by whoever takes the call over. */
  attempt: string | null;
  result: JSONColumnType<object> | null;
}

interface ToolPinTable {
  connector_id: string;
  /** Of the operator's only. */
  name: string | null;
  /** The connector's row, with which this one goes; null of the operator's, which have none. Computed. */
  stored_id: ColumnType<string | null, never, never>;
  workspace: string;
  pinned: Json;
  pinned_at: Time;
  seen: JSONColumnType<object | null> | null;
  seen_at: ColumnType<Date | null, Date | null | undefined, Date | null | undefined>;
}

/** What one holder has for a connector: their own, their workspace's, or their organization's. */
interface Held extends Owned {
  connector_id: string;
  level: string;
  organization: string;
}

interface CredentialTable extends Held {
  id: string;
  name: string;
  title: string | null;
  auth_type: string;
  is_default: boolean;
  creator: string;
  origin: string;
  sealed_secret: string;
  status: JSONColumnType<object> | null;
  created_at: Time;
  modified_at: Time;
}

interface PreferenceTable extends Held {
  active: boolean;
  tool_configuration: JSONColumnType<object> | null;
  modified_at: Time;
}

export interface Tables {
  request_keys: RequestKeyTable;
  tool_pins: ToolPinTable;
  unanswered_calls: UnansweredCallTable;
  connector_credentials: CredentialTable;
  connector_preferences: PreferenceTable;
  workspaces: WorkspaceTable;
  api_keys: ApiKeyTable;
  agents: AgentTable;
  agent_versions: AgentVersionTable;
  agent_aliases: AgentAliasTable;
  connectors: ConnectorTable;
  conversations: ConversationTable;
  runs: RunTable;
  run_events: RunEventTable;
  oauth_tokens: OAuthTokenTable;
  oauth_clients: OAuthClientTable;
  oauth_sign_ins: OAuthSignInTable;
}

export type AgentAliasRow = Selectable<AgentAliasTable>;
export type CredentialRow = Selectable<CredentialTable>;
export type PreferenceRow = Selectable<PreferenceTable>;
export type ConnectorRow = Selectable<ConnectorTable>;
export type ConversationRow = Selectable<ConversationTable>;
export type ToolPinRow = Selectable<ToolPinTable>;
