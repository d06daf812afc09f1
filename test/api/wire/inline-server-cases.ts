import { expect } from 'vitest';
import { openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { mcpTool } from '../run-turn.ts';
import { record, records, text, type Json } from '../shapes.ts';
import { pathOf } from './open-wire.ts';
import { FOUND, openParts } from './open-parts.ts';
import { type WireCase } from './wire-case.ts';

// Sections 6.1 to 6.7: what becomes of a server that is given inline.

const inlineId = (body: Json) => text(records(body['tools'])[0]?.['connector_id']);

const STORED: readonly WireCase[] = [
  [
    '6.1',
    'it is a connector with an id, and has tools',
    async wire => {
      const id = inlineId(await wire.agent({ tools: [mcpTool(wire.tools)] }));
      return await wire.get(`/v1/connectors/${id}/tools`);
    },
    [{ name: 'look' }, { name: 'act' }, { name: 'fails' }],
  ],
  [
    '6.1',
    'and is on nobody’s list',
    async wire => {
      const id = inlineId(await wire.agent({ tools: [mcpTool(wire.tools)] }));
      const page = record(await wire.get('/v1/connectors?page_size=1000'));
      return records(page['items']).some(item => item['id'] === id);
    },
    false,
  ],
  [
    '6.1',
    'and goes with its agent',
    async wire => {
      const agent = await wire.agent({ tools: [mcpTool(`${wire.tools}?case=goes`)] });
      await wire.send('DELETE', pathOf.agent(agent));
      return (await wire.send('GET', `/v1/connectors/${inlineId(agent)}`)).status;
    },
    404,
  ],
  ...(['agent', 'conversation'] as const).map((of): WireCase => [
    '6.2',
    `in an ${of}: type, id, its tool_configuration, and no secret anywhere`,
    async wire => {
      const tool = mcpTool(wire.tools, {
        auth: { type: 'bearer', token: 'secret-of-6-2' },
        tool_configuration: { exclude: ['act'] },
      });
      const path =
        of === 'agent'
          ? pathOf.agent(await wire.agent({ tools: [tool] }))
          : pathOf.conversation(await wire.start({ tools: [tool] }));
      const { body, text: bytes } = await wire.send('GET', path);
      return [record(body)['tools'], bytes.includes('secret-of-6-2')];
    },
    [
      [{ type: 'connector', connector_id: expect.any(String), tool_configuration: { exclude: ['act'] } }],
      false,
    ],
  ]),
  [
    '6.3',
    'an update with the tools that came back keeps server and secret',
    async wire => {
      const server = await openParts(openSdkV2Server, { bearerToken: 'tok-63' });
      const tool = mcpTool(server.url, { auth: { type: 'bearer', token: 'tok-63' } });
      const agent = await wire.agent({ model: wire.calls('part'), tools: [tool] });
      const { body } = await wire.send('PATCH', pathOf.agent(agent), { tools: agent['tools'], name: 'B' });
      const outputs = records((await wire.start({ agent_id: agent['id'] }))['outputs']);
      return [
        record(body),
        JSON.stringify(record(body)['tools']) === JSON.stringify(agent['tools']),
        outputs.at(-1)?.['content'],
      ];
    },
    [{ version: 1, name: 'B' }, true, FOUND],
  ],
  [
    '6.5',
    'of two servers with a tool of one name, each is called under a name of its own, and info tells which',
    async wire => {
      const [one, two] = await Promise.all([openParts(openSdkV2Server), openParts(openSdkV2Server)]);
      const tools = [mcpTool(one.url), mcpTool(two.url)];
      const model = wire.says();
      await wire.start({ model, tools });
      const names = (wire.api.models.asked(model)[0]?.tools ?? []).map(({ name }) => name);
      const outputs = records((await wire.start({ model: wire.calls(...names), tools }))['outputs']);
      return [new Set(names).size, [one.calls.length, two.calls.length], outputs];
    },
    [
      2,
      [1, 1],
      [{ name: 'part', info: { tool_name: 'part' } }, { name: 'part', info: { tool_name: 'part' } }, {}],
    ],
  ],
  [
    '6.7',
    'metadata addresses and private networks are out of reach, and the turn goes on',
    async wire => {
      const tools = ['http://169.254.169.254/mcp', 'http://10.0.0.1/mcp', 'http://[::ffff:10.0.0.1]/mcp'].map(
        url => mcpTool(url),
      );
      return (await wire.start({ tools }))['outputs'];
    },
    [
      ...Array.from({ length: 3 }, () => ({
        type: 'tool.execution',
        name: 'list_tools',
        info: { is_error: true },
      })),
      { type: 'message.output' },
    ],
  ],
  [
    '6.6',
    'inputs as the guide writes them',
    async wire => {
      const agent = await wire.agent();
      return (await wire.start({ agent_id: agent['id'], inputs: 'Query the database' }))['object'];
    },
    'conversation.response',
  ],
];

export const INLINE_SERVER_CASES: readonly WireCase[] = [...STORED];
