import { expect, onTestFinished } from 'vitest';
import { openHttpListener, openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { record, records, type Json } from '../shapes.ts';
import { pathOf, type Wire } from './open-wire.ts';
import { error, type WireCase } from './wire-case.ts';

// Section 7.4: direct calls of tools; 7.5: lists of tools.

/** The address of a server that is there no more. */
async function closedServer(): Promise<string> {
  const listener = await openHttpListener(() => undefined);
  await listener.close();
  return listener.origin;
}

const toolsOf = async (wire: Wire, query = '', more: Json = {}) =>
  await wire.get(`${pathOf.connector(await wire.connector(more))}/tools${query}`);
const namesOf = (list: unknown) => records(list).map(({ name }) => name);

const PLAIN: unknown = expect.not.arrayContaining(['title']);
const TOOLS: readonly WireCase[] = [
  [
    '7.5',
    'a bare list of tools, in the form of MCP',
    async wire => await toolsOf(wire),
    [
      { name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
      { name: 'act', title: 'Act' },
      { name: 'fails' },
    ],
  ],
  [
    '7.5',
    'pages begin with 1',
    async wire => {
      const path = `${pathOf.connector(await wire.connector())}/tools?page_size=2`;
      const pages = ['', '&page=1', '&page=2', '&page=3'].map(page => wire.get(`${path}${page}`));
      return (await Promise.all(pages)).map(namesOf);
    },
    [['look', 'act'], ['look', 'act'], ['fails'], []],
  ],
  [
    '7.5',
    'pretty keeps name, description, annotations and a schema',
    async wire => records(await toolsOf(wire, '?pretty=true')).map(tool => Object.keys(tool).sort()),
    [['annotations', 'description', 'inputSchema', 'name'], PLAIN, PLAIN],
  ],
  [
    '7.5',
    'the list is remembered; refresh asks the server again',
    async wire => {
      const path = `${pathOf.connector(await wire.connector({ server: wire.whoami.url }))}/tools`;
      await wire.get(path);
      const asked = wire.whoami.seen.length;
      await wire.get(path);
      const again = wire.whoami.seen.length;
      await wire.get(`${path}?refresh=true`);
      return [again - asked, wire.whoami.seen.length > again];
    },
    [0, true],
  ],
  [
    '7.5',
    'the connector shows its tools once they are known, in a form of their own',
    async wire => {
      const path = pathOf.connector(await wire.connector());
      await wire.get(`${path}/tools`);
      return record(await wire.get(path))['tools'];
    },
    [
      {
        name: 'look',
        execution_config: { type: 'mcp' },
        jsonschema: { type: 'object' },
        visibility: 'shared_workspace',
      },
      { name: 'act' },
      { name: 'fails' },
    ],
  ],
  [
    '7.4',
    'a direct call answers with the blocks of MCP, and with what MCP says beside them in metadata.mcp_meta',
    async wire => {
      const path = `${pathOf.connector(await wire.connector())}/tools`;
      return [
        await wire.send('POST', `${path}/look/call`, { arguments: { where: 'here' } }),
        await wire.send('POST', `${path}/act/call`, {}),
        await wire.send('POST', `${path}/act/call`),
      ];
    },
    [
      {
        status: 200,
        body: {
          content: [{ type: 'text', text: '{"seen":"here"}' }],
          metadata: { mcp_meta: { isError: false, structuredContent: { seen: 'here' } } },
        },
      },
      { status: 200, body: { content: [{ type: 'text', text: 'done' }] } },
      { status: 200 },
    ],
  ],
  [
    '7.4',
    'an error of the tool is 200 with isError',
    async wire => await wire.send('POST', `${pathOf.connector(await wire.connector())}/tools/fails/call`, {}),
    { status: 200, body: { metadata: { mcp_meta: { isError: true } } } },
  ],
  [
    '7.4',
    'an unknown tool is 404',
    async wire => await wire.send('POST', `${pathOf.connector(await wire.connector())}/tools/none/call`, {}),
    error(404),
  ],
  [
    '7.4',
    'a server that cannot be reached is 502',
    async wire => {
      const path = pathOf.connector(await wire.connector({ server: await closedServer() }));
      return [await wire.send('POST', `${path}/tools/act/call`, {}), await wire.send('GET', `${path}/tools`)];
    },
    [error(502), error(502)],
  ],
  [
    '7.4',
    'a server that refuses who asks is 403, and says where to sign in',
    async wire => {
      wire.whoami.refused.add('Bearer of-a-stranger');
      const more = { server: wire.whoami.url, headers: { Authorization: 'Bearer of-a-stranger' } };
      return await wire.send('POST', `${pathOf.connector(await wire.connector(more))}/tools/act/call`, {});
    },
    error(403),
  ],
  [
    '7.4',
    'a name is taken whole, however long and odd',
    async wire => {
      const long = `tool.${'n'.repeat(120)}/v2`;
      const server = await openSdkV2Server({
        tools: [{ name: long, inputSchema: {}, handler: () => 'called' }],
      });
      onTestFinished(() => server.close());
      const path = pathOf.connector(await wire.connector({ server: server.url }));
      return (await wire.send('POST', `${path}/tools/${encodeURIComponent(long)}/call`, {})).body;
    },
    { content: [{ text: 'called' }] },
  ],
];

export const CONNECTOR_TOOL_CASES: readonly WireCase[] = [...TOOLS];
