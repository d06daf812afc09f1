/**
 * Keys that answers have beside those of the published document, by its names for them. Everything else that the
 * document does not know is a mistake.
 */
export const ADDED_KEYS: Readonly<Record<string, readonly string[]>> = {
  // The official client 2.7.0 reads them, and takes a connector without the first ones for something else.
  Connector: [
    'owner_type',
    'visibility',
    'private_tool_execution',
    'protocol',
    'title',
    'icon_url',
    'system_prompt',
    'supported_auth_methods',
    'owner_id',
    'creator_id',
    'active',
    'blocked_by',
    'mistral',
    'is_authenticated',
    'connection_credentials',
    'connection_preferences',
  ],
  Agent: ['owner_id'],
  AuthenticationConfiguration: ['title', 'scope', 'status', 'creator_id'],
  PublicAuthenticationMethod: ['has_default_credentials', 'grant_type', 'oauth2_server_metadata'],
  ChatCompletionChoice: ['messages'],
  DeltaMessage: ['index', 'metadata', 'tool_call_id'],
  // Every error has one shape, so that one parser reads them all; `detail` is what the document gives a 422.
  HTTPValidationError: ['object', 'message', 'type', 'param', 'code', 'raw_status_code'],
};
