import type { Json } from './shapes.ts';

/** Ids and names by which a tenant's things are asked for. */
export interface Things {
  readonly model: string;
  readonly agent: string;
  readonly otherAgent: string;
  readonly agentName: string;
  readonly conversation: string;
  readonly entry: string;
  /** A conversation that waits for a confirmation, and the call. */
  readonly waiting: string;
  readonly waitingCall: string;
  /** A conversation that waits for the result of a function, and the call. */
  readonly asking: string;
  readonly askingCall: string;
  /** A conversation with a call that got no answer, and the call. */
  readonly stuck: string;
  readonly stuckCall: string;
  readonly connector: string;
  readonly connectorName: string;
  readonly credentials: string;
  readonly alias: string;
  readonly secret: string;
  readonly agentCursor: string;
  readonly connectorCursor: string;
}

export interface Ask {
  readonly path: string;
  readonly body?: Json;
}

/** What to ask an endpoint for: with things of `of`, by somebody who has `mine`. */
export interface Case {
  /** What stands in it of somebody's: agents are shared in their workspace, the rest here is private. */
  readonly names: 'agent' | 'conversation' | 'connector';
  readonly asks: (of: Things, mine: Things) => Ask[];
}

const path = (text: string): Ask => ({ path: text });
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
const agent = (rest: string, body?: Json): Case => ({
  names: 'agent',
  asks: of => [{ path: `/v1/agents/${of.agent}${rest.replace('ALIAS', of.alias)}`, ...(body && { body }) }],
});
const conversation = (rest: string, body?: Json): Case => ({
  names: 'conversation',
  asks: of => [{ path: `/v1/conversations/${of.conversation}${rest}`, ...(body && { body }) }],
});
const uses = (connector_id: string): Json[] => [{ type: 'connector', connector_id }];
const withTools = (url: (mine: Things) => string, body: (mine: Things) => Json): Case => ({
  names: 'connector',
  asks: (of, mine) =>
    [of.connector, of.connectorName].map(each => ({
      path: url(mine),
      body: { ...body(mine), tools: uses(each) },
    })),
});
const withHandoff = (url: (mine: Things) => string, body: (mine: Things) => Json): Case => ({
  names: 'agent',
  asks: (of, mine) => [{ path: url(mine), body: { ...body(mine), handoffs: [of.agent] } }],
});
const newAgent = ({ model }: Things): Json => ({ name: 'x', model });
const updateAgent: readonly Case[] = [
  agent('', { description: 'changed' }),
  withHandoff(
    mine => `/v1/agents/${mine.otherAgent}`,
    () => ({}),
  ),
  withTools(
    mine => `/v1/agents/${mine.otherAgent}`,
    () => ({}),
  ),
];
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

/** An endpoint with no case here fails the test. A text says why nothing of anyone's can be named there. */
export const CASES: Readonly<Record<string, readonly Case[] | string>> = {
  'POST /v1/agents': [withHandoff(() => '/v1/agents', newAgent), withTools(() => '/v1/agents', newAgent)],
  'GET /v1/agents': [
    {
      names: 'agent',
      asks: ({ agent: id, agentName, secret }) => [
        path('/v1/agents?page_size=1000'),
        path(`/v1/agents?id=${id}`),
        path(`/v1/agents?name=${agentName}`),
        path(`/v1/agents?search=${secret}`),
        path(`/v1/agents?metadata=${encodeURIComponent(JSON.stringify({ secret }))}`),
      ],
    },
  ],
  'GET /v1/agents/pages': [
    {
      names: 'agent',
      asks: of => [
        path('/v1/agents/pages?page_size=100'),
        path(`/v1/agents/pages?name=${of.agentName}`),
        path(`/v1/agents/pages?page_token=${of.agentCursor}`),
      ],
    },
  ],
  'GET /v1/agents/{agent_id}': [agent(''), agent('?agent_version=0'), agent('?agent_version=ALIAS')],
  'PATCH /v1/agents/{agent_id}': updateAgent,
  'POST /v1/agents/{agent_id}': updateAgent,
  'DELETE /v1/agents/{agent_id}': [agent('')],
  'PATCH /v1/agents/{agent_id}/version': [agent('/version?version=0'), agent('/version', { version: 0 })],
  'GET /v1/agents/{agent_id}/versions': [agent('/versions')],
  'GET /v1/agents/{agent_id}/versions/{version}': [agent('/versions/0'), agent('/versions/ALIAS')],
  'PUT /v1/agents/{agent_id}/aliases': [
    agent('/aliases?alias=ALIAS&version=0'),
    agent('/aliases?alias=new&version=0'),
  ],
  'GET /v1/agents/{agent_id}/aliases': [agent('/aliases')],
  'DELETE /v1/agents/{agent_id}/aliases': [agent('/aliases?alias=ALIAS')],

  'POST /v1/conversations': [
    {
      names: 'agent',
      asks: of => [
        { path: '/v1/conversations', body: { agent_id: of.agent, inputs: 'Go' } },
        { path: '/v1/conversations', body: { agent_id: of.agent, inputs: 'Go', stream: true } },
        { path: '/v1/conversations', body: { agent_id: of.agent, agent_version: of.alias, inputs: 'Go' } },
      ],
    },
    withTools(
      () => '/v1/conversations',
      ({ model }) => ({ model, inputs: 'Go' }),
    ),
  ],
  'GET /v1/conversations': [
    {
      names: 'conversation',
      asks: ({ secret }) => [
        path('/v1/conversations?page_size=1000'),
        path(`/v1/conversations?metadata=${encodeURIComponent(JSON.stringify({ secret }))}`),
      ],
    },
  ],
  'GET /v1/conversations/{conversation_id}': [conversation('')],
  'POST /v1/conversations/{conversation_id}': [
    conversation('', { inputs: 'Go on' }),
    conversation('', { inputs: 'Go on', stream: true }),
    {
      names: 'conversation',
      asks: (of, mine) => [
        {
          path: `/v1/conversations/${mine.waiting}`,
          body: { tool_confirmations: [{ tool_call_id: of.waitingCall, confirmation: 'allow' }] },
        },
        {
          path: `/v1/conversations/${mine.asking}`,
          body: { inputs: [{ type: 'function.result', tool_call_id: of.askingCall, result: 'x' }] },
        },
      ],
    },
  ],
  'DELETE /v1/conversations/{conversation_id}': [conversation('')],
  'POST /v1/conversations/{conversation_id}/cancel': [conversation('/cancel')],
  'GET /v1/conversations/{conversation_id}/history': [conversation('/history')],
  'GET /v1/conversations/{conversation_id}/messages': [conversation('/messages')],
  'POST /v1/conversations/{conversation_id}/restart': [
    {
      names: 'conversation',
      asks: (of, mine) =>
        [of.conversation, mine.conversation].map(id => ({
          path: `/v1/conversations/${id}/restart`,
          body: { from_entry_id: of.entry, inputs: 'Again' },
        })),
    },
  ],
  'POST /v1/chat/completions': [
    withTools(
      () => '/v1/chat/completions',
      ({ model }) => ({ model, messages: [{ role: 'user', content: 'Go' }] }),
    ),
  ],
  'POST /v1/agents/completions': [
    {
      names: 'agent',
      asks: of =>
        [false, true].map(stream => ({
          path: '/v1/agents/completions',
          body: { agent_id: of.agent, messages: [{ role: 'user', content: 'Go' }], stream },
        })),
    },
  ],

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

  'GET /v1/unanswered_calls': [
    {
      names: 'conversation',
      asks: () => [path('/v1/unanswered_calls'), path('/v1/unanswered_calls?settled=true')],
    },
  ],
  'GET /v1/conversations/{conversation_id}/unanswered_calls': [
    {
      names: 'conversation',
      asks: of => [path(`/v1/conversations/${of.stuck}/unanswered_calls?settled=true`)],
    },
  ],
  'POST /v1/conversations/{conversation_id}/unanswered_calls/{tool_call_id}': [
    {
      names: 'conversation',
      asks: (of, mine) =>
        [of.stuck, mine.stuck].map(id => ({
          path: `/v1/conversations/${id}/unanswered_calls/${of.stuckCall}`,
          body: { verdict: 'ran' },
        })),
    },
  ],
  'POST /v1/conversations/{conversation_id}/unanswered_calls/{tool_call_id}/check': [
    {
      names: 'conversation',
      asks: of => [path(`/v1/conversations/${of.stuck}/unanswered_calls/${of.stuckCall}/check`)],
    },
  ],

  'GET /v1/models': 'Models are the operator’s, the same for everyone.',
  'GET /v1/models/{model_id}': 'Models are the operator’s, the same for everyone.',
  'DELETE /v1/models/{model_id}': 'Models are the operator’s, the same for everyone.',
  'PATCH /v1/fine_tuning/models/{model_id}': 'Models are the operator’s, the same for everyone.',
  'POST /v1/fine_tuning/models/{model_id}/archive': 'Models are the operator’s, the same for everyone.',
  'DELETE /v1/fine_tuning/models/{model_id}/archive': 'Models are the operator’s, the same for everyone.',
  'GET /health': 'It is about the server.',
  'GET /health/ready': 'It is about the server.',
  'GET /openapi.json': 'It is about the server.',
  'GET /oauth/callback': 'A browser without a key, by a state that cannot be guessed and counts once.',
  'GET /oauth/client-metadata.json': 'It is about the server.',
};
