import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSdkV2Server, type PlainTool, type ToolServer } from '@tramontane/testkit/tool-servers';
import { allow, BANK, outputsOf, startAsking, tool, TOOLS } from './asking.ts';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { infoText, record, text } from './shapes.ts';

let api: ApiServer;
let tools: ToolServer;

beforeAll(async () => {
  [api, tools] = await Promise.all([openApiServer(), openSdkV2Server({ tools: TOOLS })]);
  const connector = { name: 'bank', description: 'd', server: tools.url };
  expect((await api.send('POST', '/v1/connectors', connector)).status).toBe(201);
});
beforeEach(() => {
  tools.setTools(TOOLS);
  tools.calls.length = 0;
});
afterAll(async () => {
  await Promise.all([api?.close(), tools?.close()]);
});

const made = () => tools.calls.map(({ name }) => name);

describe('what was allowed is what runs', () => {
  it.each<[string, PlainTool[]]>([
    ['its description', [tool('pay', { description: 'Pays twice.' })]],
    ['its arguments', [tool('pay', { inputSchema: { properties: { n: { type: 'string' } } } })]],
    ['its annotations', [tool('pay', { annotations: { destructiveHint: true } })]],
    ['its name', [tool('pay_all')]],
  ])('and nothing runs when the tool has changed %s since', async (_what, changed) => {
    const { path, ids } = await startAsking(api, ['pay']);
    tools.setTools(changed);
    const [execution] = outputsOf(
      await api.send('POST', path, { tool_confirmations: [allow(ids[0] ?? '')] }),
    );
    expect(execution).toMatchObject({
      type: 'tool.execution',
      info: { status: 'failed', code: expect.stringMatching(/^tool_(changed|gone)$/) as string },
    });
    expect(infoText(execution ?? {})).toMatch(/was not called/);
    expect(made()).toEqual([]);
  });

  it('and nothing runs when the connector is at another address, or was deleted', async () => {
    const elsewhere = await openSdkV2Server({ tools: TOOLS });
    try {
      const create = (name: string) =>
        api.send('POST', '/v1/connectors', { name, description: 'd', server: tools.url });
      for (const [name, change] of [
        [
          'moving',
          (id: string) =>
            api.send('PATCH', `/v1/connectors/${id}`, { protocol: 'mcp', server: elsewhere.url }),
        ],
        ['leaving', (id: string) => api.send('DELETE', `/v1/connectors/${id}`)],
      ] as const) {
        const { id } = record((await create(name)).json);
        const { path, ids } = await startAsking(api, ['pay'], { tools: [{ ...BANK, connector_id: name }] });
        expect((await change(text(id))).status).toBe(200);
        const answer = await api.send('POST', path, { tool_confirmations: [allow(ids[0] ?? '')] });
        expect(infoText(outputsOf(answer)[0] ?? {})).toMatch(/was not called/);
      }
      expect(made()).toEqual([]);
      expect(elsewhere.calls).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  it('and with store:false, where nothing can wait, the request says so', async () => {
    const model = api.models.plays({ text: 'never' });
    const body = { model, inputs: 'Go', tools: [BANK], store: false };
    const refused = await api.send('POST', '/v1/conversations', body);
    expectError(refused, 400);
    expect(refused.json).toMatchObject({ param: 'store' });
    const { path, ids } = await startAsking(api, ['pay']);
    const confirmed = await api.send('POST', path, {
      tool_confirmations: [allow(ids[0] ?? '')],
      store: false,
    });
    expectError(confirmed, 400);
    expect(api.models.asked(model)).toEqual([]);
    expect(made()).toEqual([]);
  });
});
