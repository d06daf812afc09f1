import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBilling, openCrm, startGateway, type Gateway, type HttpService } from './index.ts';

const TOKEN = 'of-the-caller';
const API_KEY = 'of-the-gateway-for-the-crm';
const CLIENT = { clientId: 'gateway', clientSecret: 'of-the-gateway-for-billing' };

const opened = new AsyncDisposableStack();
let crm: HttpService;
let billing: HttpService;
let gateway: Gateway;
let client: Client;

async function connect(url: string, token: string): Promise<Client> {
  const connected = new Client({ name: 'story', version: '1.0.0' });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await connected.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }));
  opened.defer(() => connected.close());
  return connected;
}

async function call(name: string, args: Record<string, unknown>, from: Client = client): Promise<unknown> {
  const { isError, structuredContent, content } = await from.callTool({ name, arguments: args });
  return isError === true ? { error: (content[0] as { text: string }).text } : structuredContent;
}

beforeAll(async () => {
  crm = opened.use(await openCrm({ apiKey: API_KEY }));
  billing = opened.use(await openBilling(CLIENT));
  gateway = opened.use(
    await startGateway({
      crm: { url: crm.url, apiKey: API_KEY },
      billing: { url: billing.url, ...CLIENT },
      token: TOKEN,
      port: 0,
    }),
  );
  client = await connect(gateway.url, TOKEN);
});
afterAll(() => opened.disposeAsync());

test('a customer is found, billed, and the invoices are listed over all pages', async () => {
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
    'crm_lookup',
    'billing_invoice',
    'billing_list_invoices',
  ]);
  expect(await call('crm_lookup', { name: 'costa' })).toEqual({
    items: [{ id: 'cus_4', name: 'Dario Costa', since: 2022 }],
  });
  const invoices = [];
  for (const text of ['January', 'February', 'March']) {
    const invoice = { customer_id: 'cus_4', amount_cents: 4900, text };
    invoices.push({ number: `2026-${invoices.length + 1}`, ...invoice });
    expect(await call('billing_invoice', invoice)).toEqual(invoices.at(-1));
  }
  await call('billing_invoice', { customer_id: 'cus_1', amount_cents: 100, text: 'January' });
  expect(await call('billing_list_invoices', { customer_id: 'cus_4' })).toEqual({ items: invoices });
  const pages = billing.requests
    .filter(({ url }) => url.pathname === '/invoices')
    .map(({ url }) => url.search);
  expect(pages).toEqual(['?customer_id=cus_4', '?customer_id=cus_4&cursor=2']);
});

test('a lookup reads pages up to its limit, and says that there are more', async () => {
  expect(await call('crm_lookup', { name: 'lind' })).toEqual({
    items: ['Ann Lindt', 'Bo Lind', 'Carla Linde', 'Eva Lindqvist'].map(name =>
      expect.objectContaining({ name }),
    ),
    truncated: 'These are the first 4 entries; there are more. Filter to find the right ones.',
  });
});

test('the services see the credentials of the gateway, and nothing of the caller', async () => {
  await call('crm_lookup', { name: 'ann' });
  await call('billing_list_invoices', {});
  expect(new Set(crm.requests.map(({ headers }) => headers['x-api-key']))).toEqual(new Set([API_KEY]));
  // One token for all calls.
  expect(billing.requests.filter(({ url }) => url.pathname === '/token')).toHaveLength(1);
  expect(JSON.stringify([crm.requests, billing.requests])).not.toContain(TOKEN);
  await expect(connect(gateway.url, API_KEY)).rejects.toThrow('Invalid token');
});

test('what a service refuses comes back as a sentence to act on', async () => {
  const nobody = { customer_id: 'cus_99', amount_cents: 4900, text: 'January' };
  expect(await call('billing_invoice', nobody)).toEqual({
    error: 'Billing answers 422 and says: No customer cus_99. Change the arguments.',
  });
  // Arguments that are wrong by the schema do not reach the service.
  const before = billing.requests.length;
  expect(await call('billing_invoice', { ...nobody, amount_cents: 0 })).toEqual({
    error: expect.stringContaining('amount_cents'),
  });
  expect(billing.requests).toHaveLength(before);
});

test('a credential that a service does not take is a matter for the operator, and is not told', async () => {
  await using wrong = await startGateway({
    crm: { url: crm.url, apiKey: 'an-old-key' },
    billing: { url: billing.url, clientId: 'gateway', clientSecret: 'an-old-secret' },
    token: TOKEN,
    port: 0,
  });
  const other = await connect(wrong.url, TOKEN);
  const answers = [
    await call('crm_lookup', { name: 'ann' }, other),
    await call('billing_list_invoices', {}, other),
  ];
  expect(answers).toEqual([
    { error: expect.stringMatching(/^The CRM refuses the gateway's own credentials .*tell the operator/) },
    { error: expect.stringMatching(/^The gateway could not sign in to Billing: .*Tell the operator/) },
  ]);
  expect(JSON.stringify(answers)).not.toContain('an-old');
});
