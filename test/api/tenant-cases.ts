import type { Json } from './shapes.ts';
import { path, type Case, type Things } from './tenant-case.ts';
import { CONNECTOR_CASES } from './tenant-connector-cases.ts';

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

  ...CONNECTOR_CASES,

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
  'GET /metrics': 'It is about the server, for the operator.',
  'GET /openapi.json': 'It is about the server.',
  'GET /oauth/callback': 'A browser without a key, by a state that cannot be guessed and counts once.',
  'GET /oauth/client-metadata.json': 'It is about the server.',
};
