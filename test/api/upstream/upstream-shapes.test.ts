import { expect, it } from 'vitest';
import { differences } from './upstream-shapes.ts';

// Every answer that a test of the API gets is held against these shapes; here, that a wrong one is noticed.

const agent = {
  object: 'agent',
  id: 'ag_1',
  model: 'm',
  name: 'A',
  version: 0,
  versions: [0],
  source: 'api',
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00Z',
  deployment_chat: false,
};
const json = (body: unknown, status = 200) => ({
  status,
  type: 'application/json; charset=utf-8',
  text: JSON.stringify(body),
});
const started = { type: 'conversation.response.started', conversation_id: 'c' };
const stream = (...events: { type: string }[]) => ({
  status: 200,
  type: 'text/event-stream',
  text: events.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
});

it('what the document gives is taken', () => {
  expect(differences('POST', '/v1/agents', json(agent))).toEqual([]);
  expect(differences('POST', '/v1/v1/agents/', json({ ...agent, owner_id: 'u' }))).toEqual([]);
  expect(differences('POST', '/v1/conversations', stream(started))).toEqual([]);
  expect(differences('GET', '/v1/nothing', json({}))).toEqual([]);
});

it.each([
  ['a key that nobody documents', 'POST', '/v1/agents', json({ ...agent, colour: 'red' })],
  ['a key that is missing', 'PATCH', '/v1/agents/ag_1', json({ ...agent, versions: undefined })],
  ['null for a list', 'GET', '/v1/agents/ag_1/', json({ ...agent, tools: null })],
  [
    'a time without an offset',
    'GET',
    '/v1/agents?page=1',
    json([{ ...agent, created_at: '2026-01-01T00:00:00' }]),
  ],
  [
    'an event with a key more',
    'POST',
    '/v1/conversations',
    stream({ ...started, run: 1 } as { type: string }),
  ],
  ['an event of no known type', 'POST', '/v1/conversations/c', stream({ type: 'mcp.progress' })],
  ['a 422 without a place', 'POST', '/v1/agents', json({ detail: [{ msg: 'm', type: 't' }] }, 422)],
])('%s is not', (_what, method, path, answer) => {
  expect(differences(method, path, answer)).not.toEqual([]);
});
