// Keys whose value, or anything inside it, may be secret. Whole objects are named where a misspelt key inside would
// still hold one: in `auth: {tokn: …}` the value is as secret as under `token`. URLs may carry a password or a token.
const SECRET_KEYS: ReadonlySet<string> = new Set([
  'auth',
  'auth_data',
  'authorization',
  'config',
  'connection_config',
  'connection_secrets',
  'connector_id',
  'credentials',
  'global_headers',
  'headers',
  'oauth',
  'oauth2_metadata_secrets',
  'oauth2_server_metadata_url',
  'server',
  'server_url',
]);

const SECRET_WORDS =
  /token|secret|password|passwd|api[-_]?key|cookie|bearer|credential|authorization|^key$|^value$/i;

/** Whether what stands under this key must not be sent back in an error. */
export function isSecretKey(key: string): boolean {
  return (
    SECRET_KEYS.has(key.toLowerCase()) || (SECRET_WORDS.test(key) && !SOUND_SECRET.has(key.toLowerCase()))
  );
}

// Counts, names and places that only sound secret: without this list a bad cursor or limit could not be shown.
const SOUND_SECRET: ReadonlySet<string> = new Set([
  'max_tokens',
  'page_token',
  'token_url',
  'token_endpoint',
  'credentials_name',
  'credentials_title',
]);
