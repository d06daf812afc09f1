import { openHttpService, type HttpService, type ServiceAnswer } from './open-server.ts';

interface Invoice {
  readonly number: string;
  readonly customer_id: string;
  readonly amount_cents: number;
  readonly text: string;
}

const CUSTOMER_IDS = /^cus_[1-6]$/;
const PAGE = 2;

/** Billing, as `billing.openapi.yaml` says; tokens are given to one client at `POST /token`. */
export function openBilling(client: {
  readonly clientId: string;
  readonly clientSecret: string;
}): Promise<HttpService> {
  const basic = `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`;
  const tokens = new Set<string>();
  const invoices: Invoice[] = [];

  const giveToken = (authorization: string | undefined): ServiceAnswer => {
    if (authorization !== basic) return { status: 401, body: { error: 'invalid_client' } };
    const token = crypto.randomUUID();
    tokens.add(token);
    return { body: { access_token: token, token_type: 'Bearer', expires_in: 600 } };
  };
  const create = (wanted: Omit<Invoice, 'number'>): ServiceAnswer => {
    if (!CUSTOMER_IDS.test(wanted.customer_id))
      return { status: 422, body: { title: 'Unprocessable', detail: `No customer ${wanted.customer_id}.` } };
    const invoice = { number: `2026-${invoices.length + 1}`, ...wanted };
    invoices.push(invoice);
    return { status: 201, body: invoice };
  };
  const list = (query: URLSearchParams): ServiceAnswer => {
    const customer = query.get('customer_id');
    const start = Number(query.get('cursor') ?? 0);
    const found = invoices.filter(invoice => customer === null || invoice.customer_id === customer);
    const next = start + PAGE < found.length ? String(start + PAGE) : null;
    return { body: { data: found.slice(start, start + PAGE), next } };
  };

  return openHttpService(({ method, url, headers }, body) => {
    const endpoint = `${method} ${url.pathname}`;
    const { authorization = '' } = headers;
    if (endpoint === 'POST /token') return giveToken(authorization);
    if (!tokens.has(authorization.replace(/^Bearer /, '')))
      return { status: 401, body: { title: 'Unauthorized' } };
    if (endpoint === 'POST /invoices/create') return create(body as Omit<Invoice, 'number'>);
    if (endpoint === 'GET /invoices') return list(url.searchParams);
    return { status: 404, body: { title: 'Not found' } };
  });
}
