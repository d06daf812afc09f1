import type { Mistral } from '@mistralai/mistralai';
import { describe, test } from 'vitest';
import { publicAuthMethodSchema, type PublicAuthMethod } from './connector-auth.ts';
import {
  connectorPageSchema,
  connectorSchema,
  createConnectorSchema,
  getConnectorQuerySchema,
  listConnectorsQuerySchema,
  messageResponseSchema,
  updateConnectorSchema,
  type Connector,
  type ConnectorPage,
} from './connectors.ts';
import {
  authUrlQuerySchema,
  authUrlSchema,
  callToolQuerySchema,
  credentialsInputSchema,
  credentialsListSchema,
  listConnectorToolsQuerySchema,
  listCredentialsQuerySchema,
  type CredentialsList,
} from './credentials.ts';
import {
  callToolSchema,
  connectorMcpToolSchema,
  toolCallResultSchema,
  type ConnectorMcpTool,
  type ToolCallResult,
} from './mcp-tools.ts';
import { expectAgreement, type SdkCase } from './testing/sdk-case.ts';

const at = '2026-08-01T10:00:00.000Z';
const id = '0198c0de-0000-7000-8000-0000000000ab';

const authMethod: PublicAuthMethod = {
  method_type: 'oauth2',
  headers: [{ name: 'X-API-Key', is_required: true, is_secret: true }],
  has_default_credentials: false,
  grant_type: 'client_credentials',
  oauth2_server_metadata: { issuer: 'https://a', token_endpoint: 'https://a/token' },
};
const credentials: CredentialsList = {
  credentials: [
    {
      name: 'main',
      authentication_type: 'bearer',
      scope: 'user',
      title: null,
      status: {
        status_type: 'error',
        last_checked_at: at,
        error_http_code: 401,
        error_message: 'oauth expired',
      },
      is_default: true,
      creator_id: 'u',
    },
  ],
  connector_preset_credentials_for_auth: ['none'],
};
const connector: Connector = {
  id,
  name: 'company',
  description: 'Company tools',
  created_at: at,
  modified_at: at,
  owner_type: 'workspace',
  visibility: 'shared_workspace',
  private_tool_execution: false,
  protocol: 'mcp',
  title: null,
  server: 'https://mcp.example/mcp',
  server_card: null,
  locale: { name: { en: 'n' }, description: { en: 'd' }, usage_sentence: { en: 'u' } },
  supported_auth_methods: [authMethod],
  connection_preferences: [
    {
      name: 'p',
      tool_configuration: {
        requires_confirmation: { type: 'or', expressions: [{ read_only: false }, ['drop_table']] },
        include: ['a'],
      },
      is_default: true,
      consumer_type: 'user',
    },
  ],
  connection_credentials: credentials.credentials,
  active: true,
  blocked_by: ['workspace'],
  mistral: false,
  is_authenticated: true,
  tools: [
    {
      id: 't',
      name: 'database_query',
      description: 'd',
      execution_config: { type: 'mcp', base_url: 'https://x' },
      visibility: 'private',
      created_at: at,
      modified_at: at,
      jsonschema: { type: 'object' },
      active: null,
    },
  ],
  connection_config: { type: 'mcp', base_url: 'https://x', headers: { a: 'b' }, signed: null },
  execution_env: null,
};
const small: Connector = {
  id,
  name: 'c',
  description: '',
  created_at: at,
  modified_at: at,
  owner_type: 'user',
  visibility: 'private',
  private_tool_execution: false,
  protocol: 'http',
};
const page: ConnectorPage = { items: [connector, small], pagination: { next_cursor: null, page_size: 100 } };
const mcpTool: ConnectorMcpTool = {
  name: 'database_query',
  title: null,
  description: 'd',
  inputSchema: { type: 'object' },
  outputSchema: null,
  icons: [{ src: 'https://x/i.png', mimeType: null, sizes: ['48x48'] }],
  annotations: { readOnlyHint: true, extra: 1 },
  _meta: { 'io.tramontane/idempotent': true },
  execution: { taskSupport: 'forbidden' },
  extra: 'kept',
};
const callResult: ToolCallResult = {
  content: [
    { type: 'text', text: 'x', annotations: { audience: ['user'], priority: 0.5 } },
    { type: 'image', data: 'AA==', mimeType: 'image/png' },
    { type: 'audio', data: 'AA==', mimeType: 'audio/wav' },
    { type: 'resource_link', name: 'n', uri: 'docs://a', size: 3 },
    { type: 'resource', resource: { uri: 'docs://a', text: 't', mimeType: 'text/plain' } },
    { type: 'resource', resource: { uri: 'docs://b', blob: 'AA==' } },
  ],
  metadata: { mcp_meta: { isError: false, structuredContent: { a: 1 }, _meta: { b: 2 } } },
};
const beta = (client: Mistral) => client.beta.connectors;
const done = { message: 'done' };
const by = { connectorIdOrName: 'company' };
const credentialsBody = {
  name: 'main',
  title: 't',
  isDefault: true,
  credentials: {
    headers: { A: 'b' },
    bearerToken: 'x',
    oauth: { grantType: 'client_credentials' as const, clientId: 'i', clientSecret: 's' },
  },
};
const cases: SdkCase[] = [
  {
    name: 'connectors.create',
    call: c =>
      beta(c).create({
        protocol: 'mcp',
        name: 'company',
        description: 'd',
        server: 'https://mcp.example/mcp',
        headers: { 'X-A': 'b' },
        globalHeaders: { 'X-B': { value: 'v' } },
        authData: { clientId: 'i', clientSecret: null },
        visibility: 'private',
        authMethods: [
          { methodType: 'bearer', headers: [{ name: 'X-API-Key' }] },
          {
            methodType: 'oauth2',
            grantType: 'client_credentials',
            oauth2ServerMetadata: { issuer: 'https://a', tokenEndpoint: 'https://a/t' },
            tokenEndpointAuthMethod: 'client_secret_post',
          },
        ],
      }),
    status: 201,
    answer: connector,
    answerSchema: connectorSchema,
    bodySchema: createConnectorSchema,
  },
  {
    name: 'connectors.update',
    call: c =>
      beta(c).update({
        connectorId: id,
        requestBody: {
          protocol: 'mcp',
          description: 'new',
          authMethods: [{ methodType: 'bearer', oauth2MetadataSecrets: { clientId: 'x' } }],
        },
      }),
    answer: small,
    answerSchema: connectorSchema,
    bodySchema: updateConnectorSchema,
  },
  {
    name: 'connectors.list',
    call: c => beta(c).list({ queryFilters: { active: true }, cursor: 'c', pageSize: 10 }),
    answer: page,
    answerSchema: connectorPageSchema,
    querySchema: listConnectorsQuerySchema,
  },
  {
    name: 'connectors.get',
    call: c => beta(c).get({ ...by, fetchUserData: true }),
    answer: connector,
    querySchema: getConnectorQuerySchema,
  },
  {
    name: 'connectors.delete',
    call: c => beta(c).delete({ connectorId: id }),
    answer: done,
    answerSchema: messageResponseSchema,
  },
  {
    name: 'connectors.getAuthUrl',
    call: c => beta(c).getAuthUrl({ ...by, appReturnUrl: 'https://a', credentialsName: 'main' }),
    answer: { auth_url: 'https://x', ttl: 60 },
    answerSchema: authUrlSchema,
    querySchema: authUrlQuerySchema,
  },
  {
    name: 'connectors.listTools',
    call: c => beta(c).listTools({ ...by, page: 1, refresh: true, pretty: false }),
    answer: [mcpTool],
    answerSchema: connectorMcpToolSchema.array(),
    querySchema: listConnectorToolsQuerySchema,
  },
  {
    name: 'connectors.callTool',
    call: c =>
      beta(c).callTool({
        ...by,
        toolName: 't',
        credentialsName: 'main',
        connectorCallToolRequest: { arguments: { a: 1 } },
      }),
    answer: callResult,
    answerSchema: toolCallResultSchema,
    bodySchema: callToolSchema,
    querySchema: callToolQuerySchema,
  },
  {
    name: 'connectors.getAuthenticationMethods',
    call: c => beta(c).getAuthenticationMethods(by),
    answer: [authMethod],
    answerSchema: publicAuthMethodSchema.array(),
  },
  {
    name: 'connectors.listUserCredentials',
    call: c => beta(c).listUserCredentials({ ...by, authType: 'bearer', fetchDefault: true }),
    answer: credentials,
    answerSchema: credentialsListSchema,
    querySchema: listCredentialsQuerySchema,
  },
  {
    name: 'connectors.createCredentials',
    call: c =>
      beta(c).createCredentials({ ...by, consumerScope: 'user', credentialsCreateOrUpdate: credentialsBody }),
    answer: done,
    bodySchema: credentialsInputSchema,
  },
];

describe('the official SDK and our shapes of connectors agree (2.3)', () => {
  test.each(cases)('$name', expectAgreement);
});
