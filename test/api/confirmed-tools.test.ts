import { describe, expect, it } from 'vitest';
import { openSdkV2Server, type PlainTool } from '@tramontane/testkit/tool-servers';
import { allow, BANK, outputsOf, startAsking, useBank, tool, TOOLS } from './asking.ts';
import { expectError } from './expect-error.ts';
import { infoText, record, text } from './shapes.ts';

const bank = useBank();

describe('what was allowed is what runs', () => {
  it.each<[string, PlainTool[]]>([
    ['its description', [tool('pay', { description: 'Pays twice.' })]],
    ['its arguments', [tool('pay', { inputSchema: { properties: { n: { type: 'string' } } } })]],
    ['its annotations', [tool('pay', { annotations: { destructiveHint: true } })]],
    ['its name', [tool('pay_all')]],
  ])('and nothing runs when the tool has changed %s since', async (_what, changed) => {
    const { path, ids } = await startAsking(bank.api, ['pay']);
    bank.tools.setTools(changed);
    const [execution] = outputsOf(
      await bank.api.send('POST', path, { tool_confirmations: [allow(ids[0] ?? '')] }),
    );
    expect(execution).toMatchObject({
      type: 'tool.execution',
      info: { status: 'failed', code: expect.stringMatching(/^tool_(changed|gone)$/) as string },
    });
    expect(infoText(execution ?? {})).toMatch(/was not called/);
    expect(bank.made()).toEqual([]);
  });

  it('and nothing runs when the connector is at another address, or was deleted', async () => {
    const elsewhere = await openSdkV2Server({ tools: TOOLS });
    try {
      const create = (name: string) =>
        bank.api.send('POST', '/v1/connectors', { name, description: 'd', server: bank.tools.url });
      for (const [name, change] of [
        [
          'moving',
          (id: string) =>
            bank.api.send('PATCH', `/v1/connectors/${id}`, { protocol: 'mcp', server: elsewhere.url }),
        ],
        ['leaving', (id: string) => bank.api.send('DELETE', `/v1/connectors/${id}`)],
      ] as const) {
        const { id } = record((await create(name)).json);
        const { path, ids } = await startAsking(bank.api, ['pay'], {
          tools: [{ ...BANK, connector_id: name }],
        });
        expect((await change(text(id))).status).toBe(200);
        const answer = await bank.api.send('POST', path, { tool_confirmations: [allow(ids[0] ?? '')] });
        expect(infoText(outputsOf(answer)[0] ?? {})).toMatch(/was not called/);
      }
      expect(bank.made()).toEqual([]);
      expect(elsewhere.calls).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  it('and with store:false, where nothing can wait, the request says so', async () => {
    const model = bank.api.models.plays({ text: 'never' });
    const body = { model, inputs: 'Go', tools: [BANK], store: false };
    const refused = await bank.api.send('POST', '/v1/conversations', body);
    expectError(refused, 400);
    expect(refused.json).toMatchObject({ param: 'store' });
    const { path, ids } = await startAsking(bank.api, ['pay']);
    const confirmed = await bank.api.send('POST', path, {
      tool_confirmations: [allow(ids[0] ?? '')],
      store: false,
    });
    expectError(confirmed, 400);
    expect(bank.api.models.asked(model)).toEqual([]);
    expect(bank.made()).toEqual([]);
  });
});
