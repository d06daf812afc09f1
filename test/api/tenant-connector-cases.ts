import type { Json } from './shapes.ts';
import { path, type Case } from './tenant-case.ts';

const byConnector = (rest: string, body?: Json): Case => ({
  names: 'connector',
  asks: ({ connector, connectorName }) =>
    [connector, connectorName].map(each => ({
      path: `/v1/connectors/${each}${rest}`,
      ...(body && { body }),
    })),
});
const byId = (rest: string, body?: Json): Case => ({
  names: 'connector',
  asks: ({ connector }) => [{ path: `/v1/connectors/${connector}${rest}`, ...(body && { body }) }],
});
const storeCredentials: Json = { name: 'new', credentials: { bearer_token: 't' } };
const levelCases = (level: string): Record<string, readonly Case[]> => ({
  [`GET /v1/connectors/{connector_id_or_name}/${level}/credentials`]: [byConnector(`/${level}/credentials`)],
  [`POST /v1/connectors/{connector_id_or_name}/${level}/credentials`]: [
    byConnector(`/${level}/credentials`, storeCredentials),
  ],
  [`PATCH /v1/connectors/{connector_id_or_name}/${level}/credentials`]: [
    byConnector(`/${level}/credentials`, storeCredentials),
  ],
  [`DELETE /v1/connectors/{connector_id_or_name}/${level}/credentials/{credentials_name}`]: [
    byId(`/${level}/credentials/new`),
  ],
  [`POST /v1/connectors/{connector_id}/${level}/activate`]: [byId(`/${level}/activate`)],
  [`POST /v1/connectors/{connector_id}/${level}/deactivate`]: [byId(`/${level}/deactivate`)],
});

export const CONNECTOR_CASES: Readonly<Record<string, readonly Case[] | string>> = {
  'POST /v1/connectors': 'It names a new connector only. Names that are taken have a test of their own.',
  'GET /v1/connectors': [
    {
      names: 'connector',
      asks: of => [
        path('/v1/connectors?page_size=1000'),
        path('/v1/connectors?active=true'),
        path(`/v1/connectors?cursor=${of.connectorCursor}`),
      ],
    },
  ],
  'GET /v1/connectors/{connector_id_or_name}': [
    byConnector(''),
    byConnector('?fetch_user_data=true&fetch_customer_data=true'),
  ],
  'PATCH /v1/connectors/{connector_id}': [byId('', { description: 'changed' })],
  'DELETE /v1/connectors/{connector_id}': [byId('')],
  'GET /v1/connectors/{connector_id_or_name}/tools': [
    byConnector('/tools'),
    {
      names: 'connector',
      asks: of => [path(`/v1/connectors/${of.connector}/tools?credentials_name=${of.credentials}`)],
    },
  ],
  'POST /v1/connectors/{connector_id_or_name}/tools/{tool_name}/call': [
    byConnector('/tools/whoami/call', { arguments: {} }),
    byConnector('/tools/none/call', { arguments: {} }),
    {
      names: 'connector',
      asks: of => [
        { path: `/v1/connectors/${of.connector}/tools/whoami/call?credentials_name=${of.credentials}` },
      ],
    },
  ],
  'GET /v1/connectors/{connector_id_or_name}/health': [byConnector('/health')],
  'GET /v1/connectors/{connector_id_or_name}/auth_url': [byConnector('/auth_url')],
  'GET /v1/connectors/{connector_id_or_name}/authentication_methods': [
    byConnector('/authentication_methods'),
  ],
  'GET /v1/connectors/{connector_id_or_name}/tool_changes': [byConnector('/tool_changes')],
  'POST /v1/connectors/{connector_id_or_name}/tool_changes/approve': [byConnector('/tool_changes/approve')],
  ...levelCases('user'),
  ...levelCases('workspace'),
  ...levelCases('organization'),
  'DELETE /v1/connectors/{connector_id_or_name}/user/credentials': [byConnector('/user/credentials')],
  'PUT /v1/connectors/{connector_id}/share': [byId('/share')],
  'DELETE /v1/connectors/{connector_id}/share': [byId('/share')],
  'PUT /v1/connectors/{connector_id}/organization/share': [byId('/organization/share')],
  'DELETE /v1/connectors/{connector_id}/organization/share': [byId('/organization/share')],
};
