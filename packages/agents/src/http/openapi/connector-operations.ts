import {
  activateConnectorSchema,
  authUrlQuerySchema,
  authUrlSchema,
  callToolQuerySchema,
  callToolSchema,
  connectorMcpToolSchema,
  connectorPageSchema,
  connectorSchema,
  createConnectorSchema,
  credentialsInputSchema,
  credentialsListSchema,
  getConnectorQuerySchema,
  listConnectorsQuerySchema,
  listConnectorToolsQuerySchema,
  listCredentialsQuerySchema,
  messageResponseSchema,
  publicAuthMethodSchema,
  toolCallResultSchema,
  updateConnectorSchema,
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
    summary: 'Call a tool directly, without a model',
    query: callToolQuerySchema,
    body: ['CallTool', callToolSchema],
    bodyOptional: true,
    answer: ['ToolCallResult', toolCallResultSchema],
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
  {
    route: 'GET /v1/connectors/{connector_id_or_name}/{scope}/credentials',
    id: 'listConnectorCredentials',
    tag,
    summary: 'List credentials of the user, workspace or organization',
    query: listCredentialsQuerySchema,
    answer: ['CredentialsList', credentialsListSchema],
  },
  {
    route: 'POST /v1/connectors/{connector_id_or_name}/{scope}/credentials',
    id: 'createConnectorCredentials',
    tag,
    summary: 'Store credentials, or replace those of the same name',
    body: CREDENTIALS,
    answer: MESSAGE,
  },
  {
    route: 'PATCH /v1/connectors/{connector_id_or_name}/{scope}/credentials',
    id: 'updateConnectorCredentials',
    tag,
    summary: 'Change credentials, or store them',
    body: CREDENTIALS,
    answer: MESSAGE,
  },
  {
    route: 'DELETE /v1/connectors/{connector_id_or_name}/{scope}/credentials',
    id: 'deleteAllConnectorCredentials',
    tag,
    summary: "Delete all of the caller's credentials",
    answer: MESSAGE,
  },
  {
    route: 'DELETE /v1/connectors/{connector_id_or_name}/{scope}/credentials/{credentials_name}',
    id: 'deleteConnectorCredentials',
    tag,
    summary: 'Delete credentials',
    answer: MESSAGE,
  },
  {
    route: 'POST /v1/connectors/{connector_id}/{scope}/activate',
    id: 'activateConnector',
    tag,
    summary: 'Switch a connector on for the user, workspace or organization',
    body: ['ActivateConnector', activateConnectorSchema],
    bodyOptional: true,
    answer: MESSAGE,
  },
  {
    route: 'POST /v1/connectors/{connector_id}/{scope}/deactivate',
    id: 'deactivateConnector',
    tag,
    summary: 'Switch a connector off for the user, workspace or organization',
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
