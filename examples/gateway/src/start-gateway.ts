import { readFile } from 'node:fs/promises';
import { createBearerAuth, createGuards, createMcpServer, serveHttp } from '@tramontane/mcp-server';
import { openApiGateway, type ApiCall, type ApiGateway } from '@tramontane/mcp-server/openapi';
import * as z from 'zod';

export interface GatewayOptions {
  /** Where the two APIs are, and what the gateway shows them: callers of the tools have neither. */
  readonly crm: { readonly url: string; readonly apiKey: string };
  readonly billing: { readonly url: string; readonly clientId: string; readonly clientSecret: string };
  /** What callers of the tools have to send. */
  readonly token: string;
  /** 8000 unless given; 0 takes a free one. */
  readonly port?: number;
}

export interface Gateway extends AsyncDisposable {
  readonly url: string;
}

/** An MCP server with tools for the CRM, which has no OpenAPI document, and for billing, which has one. */
export async function startGateway({ crm, billing, token, port = 8000 }: GatewayOptions): Promise<Gateway> {
  const opened = new AsyncDisposableStack();
  const apis = [opened.use(openCrmTools(crm)), opened.use(await openBillingTools(billing))];
  const server = createMcpServer({
    name: 'gateway',
    version: '1.0.0',
    tools: apis.flatMap(({ tools }) => tools),
  });
  const guards = createGuards({ auth: createBearerAuth({ tokens: [{ token }] }) });
  const serving = await serveHttp(server, { port, guards });
  opened.defer(async () => {
    await serving.close();
    await server.close();
  });
  return { url: serving.url, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function openCrmTools({ url, apiKey }: GatewayOptions['crm']): ApiGateway {
  const lookup: ApiCall = {
    name: 'crm_lookup',
    description: 'Finds customers by a part of their name. Use it to learn the id of a customer.',
    method: 'POST',
    path: '/customers/search',
    input: z.object({ name: z.string().min(1).describe('Part of the name, in any case.') }),
    pick: ['id', 'name', 'since'],
    pagination: { type: 'link', items: 'customers', maxPages: 2 },
  };
  return openApiGateway({
    name: 'The CRM',
    baseUrl: url,
    auth: { type: 'api_key', in: 'header', name: 'X-Api-Key', value: apiKey },
    calls: [lookup],
  });
}

async function openBillingTools({ url, ...client }: GatewayOptions['billing']): Promise<ApiGateway> {
  const invoice: ApiCall = {
    name: 'billing_invoice',
    description: 'Writes an invoice to a customer, and answers with its number.',
    method: 'POST',
    path: '/invoices/create',
    input: z.object({
      customer_id: z.string().describe('As crm_lookup tells it.'),
      amount_cents: z.int().min(1).describe('In euro cents.'),
      text: z.string().min(1).describe('What it is for.'),
    }),
  };
  return openApiGateway({
    name: 'Billing',
    baseUrl: url,
    auth: { type: 'oauth2', tokenUrl: `${url}/token`, ...client },
    document: await readFile(new URL('billing.openapi.yaml', import.meta.url), 'utf8'),
    // From the document come the operations that only read. What writes is a call with a name of our own.
    prefix: 'billing_',
    overrides: {
      listInvoices: { pagination: { type: 'cursor', parameter: 'cursor', items: 'data', next: 'next' } },
    },
    calls: [invoice],
  });
}
