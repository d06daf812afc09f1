import { openHttpService, type HttpService } from './open-server.ts';

/** What the CRM knows of a customer; the bank account is nothing for a model. */
const CUSTOMERS = [
  'Ann Lindt',
  'Bo Lind',
  'Carla Linde',
  'Dario Costa',
  'Eva Lindqvist',
  'Finn Lindgren',
].map((name, index) => ({
  id: `cus_${index + 1}`,
  name,
  since: 2019 + index,
  iban: `PT50 0000 000${index}`,
}));
const PAGE = 2;

/** `POST /customers/search`, for who has the key; two customers a page, the next one in `Link`. */
export function openCrm({ apiKey }: { readonly apiKey: string }): Promise<HttpService> {
  return openHttpService(({ method, url, headers }, body) => {
    if (headers['x-api-key'] !== apiKey) return { status: 401, body: { message: 'Unknown key.' } };
    if (method !== 'POST' || url.pathname !== '/customers/search')
      return { status: 404, body: { message: 'No such endpoint.' } };
    const { name } = body as { readonly name: string };
    const found = CUSTOMERS.filter(customer => customer.name.toLowerCase().includes(name.toLowerCase()));
    const page = Number(url.searchParams.get('page') ?? 1);
    const isLast = found.length <= page * PAGE;
    return {
      ...(!isLast && { headers: { link: `</customers/search?page=${page + 1}>; rel="next"` } }),
      body: { customers: found.slice((page - 1) * PAGE, page * PAGE) },
    };
  });
}
