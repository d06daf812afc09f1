import {
  activateConnectorSchema,
  approvedChangesSchema,
  authUrlQuerySchema,
  authUrlSchema,
  callToolQuerySchema,
  callToolSchema,
  connectorHealthSchema,
  connectorMcpToolSchema,
  connectorPageSchema,
  connectorSchema,
  createConnectorSchema,
  credentialScopeSchema,
  credentialsInputSchema,
  credentialsListSchema,
  getConnectorQuerySchema,
  listConnectorsQuerySchema,
  listConnectorToolsQuerySchema,
  listCredentialsQuerySchema,
  messageResponseSchema,
  publicAuthMethodSchema,
  toolCallResultSchema,
  toolChangesSchema,
  updateConnectorSchema,
  type CredentialScope,
} from '@tramontane/wire';
import type { Named, Operation } from './operation.ts';

const CONNECTOR: Named = ['Connector', connectorSchema];
const MESSAGE: Named = ['Message', messageResponseSchema];
const CREDENTIALS: Named = ['CredentialsInput', credentialsInputSchema];
const tag = 'connectors';

export const CONNECTOR_OPERATIONS: readonly Operation[] = [
  {
    route: 'POST /v1/connectors',
    id: 'createConnector',
    tag,
    summary: 'Create a connector to an MCP server',
    body: ['CreateConnector', createConnectorSchema],
    status: 201,
    answer: CONNECTOR,
  },
  {
    route: 'GET /v1/connectors',
    id: 'listConnectors',
    tag,
    summary: 'List connectors in pages',
    query: listConnectorsQuerySchema,
    answer: ['ConnectorPage', connectorPageSchema],
  },
  {
    route: 'GET /v1/connectors/{connector_id_or_name}',
    id: 'getConnector',
    tag,
    summary: 'Read a connector',
    query: getConnectorQuerySchema,
    answer: CONNECTOR,
  },
  {
    route: 'PATCH /v1/connectors/{connector_id}',
    id: 'updateConnector',
    tag,
    summary: 'Change a connector',
    body: ['UpdateConnector', updateConnectorSchema],
    answer: CONNECTOR,
  },
  {
    route: 'DELETE /v1/connectors/{connector_id}',
    id: 'deleteConnector',
    tag,
    summary: 'Delete a connector',
    answer: MESSAGE,
  },
  {
    route: 'GET /v1/connectors/{connector_id_or_name}/tools',
    id: 'listConnectorTools',
    tag,
    summary: 'List the tools of a connector; the first page is 1',
    query: listConnectorToolsQuerySchema,
    answer: { listOf: ['ConnectorTool', connectorMcpToolSchema] },
  },
  {
    route: 'POST /v1/connectors/{connector_id_or_name}/tools/{tool_name}/call',
    id: 'callConnectorTool',
    tag,
    once: true,
    summary: 'Call a tool directly, without a model',
    query: callToolQuerySchema,
    body: ['CallTool', callToolSchema],
    bodyOptional: true,
    answer: ['ToolCallResult', toolCallResultSchema],
  },
  {
    route: 'GET /v1/connectors/{connector_id_or_name}/health',
    id: 'getConnectorHealth',
    tag,
    summary: 'How the connection to a tool server is',
    answer: ['ConnectorHealth', connectorHealthSchema],
  },
  {
    route: 'GET /v1/connectors/{connector_id_or_name}/tool_changes',
    id: 'getConnectorToolChanges',
    tag,
    summary: 'What a tool server changed since its tools were pinned',
    answer: ['ToolChanges', toolChangesSchema],
  },
  {
    route: 'POST /v1/connectors/{connector_id_or_name}/tool_changes/approve',
    id: 'approveConnectorToolChanges',
    tag,
    summary: 'Pin what a tool server says of its tools now',
    answer: ['ApprovedChanges', approvedChangesSchema],
  },
  {
    route: 'GET /v1/connectors/{connector_id_or_name}/auth_url',
    id: 'getConnectorAuthUrl',
    tag,
    summary: 'Where a person signs in to a connector',
    query: authUrlQuerySchema,
    answer: ['AuthUrl', authUrlSchema],
  },
  {
    route: 'GET /v1/connectors/{connector_id_or_name}/authentication_methods',
    id: 'listConnectorAuthenticationMethods',
    tag,
    summary: 'List the ways to sign in to a connector',
    answer: { listOf: ['AuthenticationMethod', publicAuthMethodSchema] },
  },
  ...credentialScopeSchema.options.flatMap(toLevelOperations),
  {
    route: 'DELETE /v1/connectors/{connector_id_or_name}/user/credentials',
    id: 'deleteAllUserCredentials',
    tag,
    summary: "Delete all of the caller's credentials for a connector",
    answer: MESSAGE,
  },
  ...(['PUT', 'DELETE'] as const).flatMap(method => {
    const share = method === 'PUT';
    return [
      {
        route: `${method} /v1/connectors/{connector_id}/share`,
        id: share ? 'shareConnector' : 'unshareConnector',
        tag,
        summary: share ? 'Share a connector with the workspace' : 'Make a connector private again',
        answer: MESSAGE,
      },
      {
        route: `${method} /v1/connectors/{connector_id}/organization/share`,
        id: share ? 'shareConnectorToOrganization' : 'unshareConnectorFromOrganization',
        tag,
        summary: share
          ? 'Share a connector with the organization'
          : 'Take a connector back from the organization',
        answer: MESSAGE,
      },
    ];
  }),
];

/** Credentials and activation of one level. */
function toLevelOperations(level: CredentialScope): Operation[] {
  const name = level[0]?.toUpperCase() + level.slice(1);
  const credentials = `/v1/connectors/{connector_id_or_name}/${level}/credentials`;
  return [
    {
      route: `GET ${credentials}`,
      id: `list${name}Credentials`,
      tag,
      summary: `List credentials of the ${level} for a connector`,
      query: listCredentialsQuerySchema,
      answer: ['CredentialsList', credentialsListSchema],
    },
    {
      route: `POST ${credentials}`,
      id: `create${name}Credentials`,
      tag,
      summary: `Store credentials of the ${level}, or change those of the same name`,
      body: CREDENTIALS,
      answer: MESSAGE,
    },
    {
      route: `PATCH ${credentials}`,
      id: `update${name}Credentials`,
      tag,
      summary: `Change credentials of the ${level}, or store them`,
      body: CREDENTIALS,
      answer: MESSAGE,
    },
    {
      route: `DELETE ${credentials}/{credentials_name}`,
      id: `delete${name}Credentials`,
      tag,
      summary: `Delete credentials of the ${level}`,
      answer: MESSAGE,
    },
    {
      route: `POST /v1/connectors/{connector_id}/${level}/activate`,
      id: `activateFor${name}`,
      tag,
      summary: `Switch a connector on for the ${level}`,
      body: ['ActivateConnector', activateConnectorSchema],
      bodyOptional: true,
      answer: MESSAGE,
    },
    {
      route: `POST /v1/connectors/{connector_id}/${level}/deactivate`,
      id: `deactivateFor${name}`,
      tag,
      summary: `Switch a connector off for the ${level}`,
      answer: MESSAGE,
    },
  ];
}
