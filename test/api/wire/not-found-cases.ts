import { pathOf } from './open-wire.ts';
import { ask, error, type WireCase } from './wire-case.ts';

// Section 1.2: what is not there is 404.

const UNKNOWN = `ag_${'0'.repeat(32)}`;
const NOWHERE = '00000000-0000-4000-8000-000000000000';
const LONG = 'x'.repeat(5000);
const ODD = encodeURIComponent('ä/../"\'; drop table agents; --');

const REQUESTS: readonly (readonly [request: string, body?: unknown])[] = [
  [`GET /v1/agents/${UNKNOWN}`],
  [`PATCH /v1/agents/${UNKNOWN}`, { name: 'B' }],
  [`POST /v1/agents/${UNKNOWN}`, { name: 'B' }],
  [`DELETE /v1/agents/${UNKNOWN}`],
  [`GET /v1/agents/${UNKNOWN}/versions`],
  [`GET /v1/agents/${UNKNOWN}/versions/0`],
  [`PATCH /v1/agents/${UNKNOWN}/version?version=0`],
  [`GET /v1/agents/${UNKNOWN}/aliases`],
  [`PUT /v1/agents/${UNKNOWN}/aliases?alias=a&version=0`],
  [`DELETE /v1/agents/${UNKNOWN}/aliases?alias=a`],
  [`GET /v1/agents/${LONG}`],
  [`GET /v1/agents/${ODD}`],
  [
    'POST /v1/agents',
    { model: 'offline', name: 'A', tools: [{ type: 'connector', connector_id: 'nobody' }] },
  ],
  ['GET /v1/conversations/conv_x'],
  ['DELETE /v1/conversations/conv_x'],
  ['GET /v1/conversations/conv_x/history'],
  ['GET /v1/conversations/conv_x/messages'],
  ['POST /v1/conversations/conv_x', { inputs: 'Hi' }],
  ['POST /v1/conversations/conv_x', { inputs: 'Hi', stream: true }],
  ['POST /v1/conversations/conv_x/restart', { inputs: 'Hi', from_entry_id: 'msg_x' }],
  ['POST /v1/conversations/conv_x/cancel'],
  [`POST /v1/conversations/${LONG}`, { inputs: 'Hi' }],
  ['POST /v1/conversations', { agent_id: UNKNOWN, inputs: 'Hi' }],
  ['POST /v1/conversations', { agent_id: UNKNOWN, inputs: 'Hi', stream: true }],
  ['POST /v1/conversations', { agent_id: LONG, inputs: 'Hi' }],
  ['POST /v1/conversations', { agent_id: 'a\0b', inputs: 'Hi' }],
  ['POST /v1/agents/completions', { agent_id: UNKNOWN, messages: [{ role: 'user', content: 'Hi' }] }],
  [`GET /v1/connectors/${NOWHERE}`],
  ['GET /v1/connectors/nobody'],
  [`GET /v1/connectors/${LONG}`],
  ['DELETE /v1/connectors/nobody'],
  [`DELETE /v1/connectors/${NOWHERE}`],
  [`PATCH /v1/connectors/${NOWHERE}`, { protocol: 'mcp', title: 'T' }],
  ['GET /v1/connectors/nobody/tools'],
  ['POST /v1/connectors/nobody/tools/t/call', {}],
  ['GET /v1/connectors/nobody/auth_url'],
  ['GET /v1/connectors/nobody/authentication_methods'],
  ['GET /v1/connectors/nobody/user/credentials'],
  ['POST /v1/connectors/nobody/user/credentials', { name: 'a', credentials: {} }],
  ['DELETE /v1/connectors/nobody/user/credentials'],
  ['DELETE /v1/connectors/nobody/workspace/credentials/a'],
  [`PUT /v1/connectors/${NOWHERE}/share`],
  [`POST /v1/connectors/${NOWHERE}/user/activate`],
  ['GET /v1/models/nobody'],
  ['DELETE /v1/models/nobody'],
  ['GET /v1/nothing'],
  ['GET /'],
];

export const NOT_FOUND_CASES: readonly WireCase[] = [
  ...REQUESTS.map(([request, body], n): WireCase => {
    const [method = '', path = ''] = request.split(/ (.*)/);
    return ['1.2', `404 (${n + 1}): ${method} ${path.slice(0, 70)}`, ask(method, path, body), error(404)];
  }),
  [
    '1.2',
    '404: a version, an alias and credentials that are not there, of what is',
    async wire => {
      const agent = pathOf.agent(await wire.agent());
      const connector = pathOf.connector(await wire.connector());
      return await Promise.all([
        wire.send('GET', `${agent}?agent_version=1`),
        wire.send('GET', `${agent}?agent_version=nightly`),
        wire.send('GET', `${agent}/versions/7`),
        wire.send('PATCH', `${agent}/version?version=7`),
        wire.send('PUT', `${agent}/aliases?alias=live&version=7`),
        wire.send('DELETE', `${agent}/aliases?alias=live`),
        wire.send('DELETE', `${connector}/user/credentials/none`),
        wire.send('POST', `${connector}/tools/none/call`, {}),
      ]);
    },
    Array.from({ length: 8 }, () => error(404)),
  ],
  [
    '1.2',
    '404: an entry to restart from that is not there',
    async wire => {
      const path = `${pathOf.conversation(await wire.start())}/restart`;
      return await wire.send('POST', path, { from_entry_id: 'msg_nobody', inputs: 'x' });
    },
    error(404),
  ],
];
