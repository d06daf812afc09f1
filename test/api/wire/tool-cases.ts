import { expect } from 'vitest';
import { records, text, type Json } from '../shapes.ts';
import { pathOf, type Wire } from './open-wire.ts';
import { ask, error, type WireCase } from './wire-case.ts';

// Section 3.3: tools; 3.4: arguments of completions, guardrails, metadata.

const AGENT = { model: 'offline', name: 'A' };

const connectorTool = async (wire: Wire, more: Json = {}, server?: string) => ({
  type: 'connector',
  connector_id: text((await wire.connector(server === undefined ? {} : { server }))['id']),
  ...more,
});
const signsIn = async (wire: Wire, authorization: Json) => {
  const tool = await connectorTool(wire, { authorization }, wire.whoami.url);
  const turn = await wire.start({ model: wire.calls('whoami'), tools: [tool] });
  return text(records(turn['outputs']).at(-1)?.['content']);
};

const TOOLS: readonly WireCase[] = [
  [
    '3.3',
    'a function comes back as it was given, and reaches the model',
    async wire => {
      const given = {
        type: 'function',
        function: { name: 'f', description: 'D', strict: true, parameters: { type: 'object' } },
      };
      return [(await wire.agent({ tools: [given] }))['tools'], await wire.offered([given])];
    },
    [
      [
        {
          type: 'function',
          function: { name: 'f', description: 'D', strict: true, parameters: { type: 'object' } },
        },
      ],
      ['f'],
    ],
  ],
  ...(['description', 'strict'] as const).map((key): WireCase => [
    '3.3',
    `null is no ${key} of a function`,
    ask('POST', '/v1/agents', {
      ...AGENT,
      tools: [{ type: 'function', function: { name: 'f', parameters: {}, [key]: null } }],
    }),
    error(422),
  ]),
  [
    '3.3',
    'a connector by id and by name offers all its tools',
    async wire => {
      const { id, name } = await wire.connector();
      return await Promise.all(
        [id, name].map(each => wire.offered([{ type: 'connector', connector_id: each }])),
      );
    },
    [
      ['look', 'act', 'fails'],
      ['look', 'act', 'fails'],
    ],
  ],
  [
    '3.3',
    'include names the only tools',
    async wire =>
      await wire.offered([await connectorTool(wire, { tool_configuration: { include: ['act'] } })]),
    ['act'],
  ],
  [
    '3.3',
    'exclude names those that are left out',
    async wire =>
      await wire.offered([await connectorTool(wire, { tool_configuration: { exclude: ['act'] } })]),
    ['look', 'fails'],
  ],
  ...([null, { include: null, exclude: null, requires_confirmation: null }] as const).map(
    (tool_configuration): WireCase => [
      '3.3',
      `tool_configuration ${JSON.stringify(tool_configuration)} changes nothing`,
      async wire =>
        await wire.offered([await connectorTool(wire, { tool_configuration, authorization: null })]),
      ['look', 'act', 'fails'],
    ],
  ),
  [
    '3.3',
    'include and exclude together are refused',
    ask('POST', '/v1/agents', {
      ...AGENT,
      tools: [
        { type: 'connector', connector_id: 'c', tool_configuration: { include: ['a'], exclude: ['b'] } },
      ],
    }),
    { status: 422, text: expect.stringContaining('not both') },
  ],
  ...(['oauth2-token', 'api-key'] as const).map((type): WireCase => [
    '3.3',
    `authorization of type ${type} signs in as a bearer`,
    async wire => await signsIn(wire, { type, value: 'v-of-the-tool' }),
    expect.stringContaining('Bearer v-of-the-tool'),
  ]),
  [
    '8',
    'an api-key goes into the header that the connector names for it',
    async wire => {
      const auth_methods = [{ method_type: 'bearer', headers: [{ name: 'X-API-Key' }] }];
      const { id } = await wire.connector({ server: wire.whoami.url, auth_methods });
      const tool = {
        type: 'connector',
        connector_id: id,
        authorization: { type: 'api-key', value: 'v-of-the-tool' },
      };
      const turn = await wire.start({ model: wire.calls('whoami'), tools: [tool] });
      return records(turn['outputs']).at(-1)?.['content'];
    },
    expect.stringContaining('key v-of-the-tool'),
  ],
  [
    '3.3',
    'an authorization is never given back',
    async wire => {
      const authorization = { type: 'api-key', value: 'v-of-the-tool' };
      const agent = await wire.agent({ tools: [await connectorTool(wire, { authorization })] });
      return JSON.stringify(await wire.get(pathOf.agent(agent)));
    },
    expect.not.stringContaining('v-of-the-tool'),
  ],
  [
    '3.3',
    '128 tools are taken',
    async wire => {
      const tools = Array.from({ length: 128 }, (_, n) => ({
        type: 'function',
        function: { name: `f${n}`, parameters: {} },
      }));
      return records((await wire.agent({ tools }))['tools']).length;
    },
    128,
  ],
  [
    '3.3',
    'a connector that is not there',
    ask('POST', '/v1/agents', { ...AGENT, tools: [{ type: 'connector', connector_id: 'nobody' }] }),
    error(404),
  ],
];

export const TOOL_CASES: readonly WireCase[] = [...TOOLS];
