import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

// Four small services of a company, each with an HTTP server and an API of its own: what the saga is there for.

export const SERVICES = ['crm', 'billing', 'email', 'tickets'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Where each service keeps its things, and which field it gives them. */
const SHAPES: Readonly<Record<ServiceName, { readonly path: string; readonly id: string }>> = {
  crm: { path: '/customers', id: 'customer_id' },
  billing: { path: '/accounts', id: 'account_id' },
  email: { path: '/messages', id: 'message_id' },
  tickets: { path: '/tickets', id: 'ticket_id' },
};

/** One request as a service sees it; `key` tells whose it is. */
export interface ServiceRequest {
  readonly service: ServiceName;
  readonly method: string;
  readonly key: string;
}

export interface ServicesOptions {
  /** Told before a service acts and before it answers; the service waits for it. */
  readonly onRequest?: (request: ServiceRequest, when: 'before' | 'after') => void | Promise<void>;
  /** True makes the service answer 422. */
  readonly refuses?: (request: ServiceRequest) => boolean;
}

export interface Services extends AsyncDisposable {
  readonly urls: Readonly<Record<ServiceName, string>>;
  /** Keys of the things that are there now. */
  readonly keys: (service: ServiceName) => readonly string[];
  /** How often a thing was made under this key. */
  readonly made: (service: ServiceName, key: string) => number;
}

/** Each keeps one thing per `Idempotency-Key`; `DELETE <path>/<key>` takes it back, also when there is nothing. */
export async function openServices(options: ServicesOptions = {}): Promise<Services> {
  const opened = await Promise.all(
    SERVICES.map(async name => [name, await openService(name, options)] as const),
  );
  const services = Object.fromEntries(opened) as Record<ServiceName, Awaited<ReturnType<typeof openService>>>;
  return {
    urls: Object.fromEntries(opened.map(([name, { url }]) => [name, url])) as Record<ServiceName, string>,
    keys: name => [...services[name].things.keys()],
    made: (name, key) => services[name].made.get(key) ?? 0,
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map(([, { close }]) => close()));
    },
  };
}

async function openService(name: ServiceName, { onRequest, refuses }: ServicesOptions) {
  const { path, id } = SHAPES[name];
  const things = new Map<string, Record<string, unknown>>();
  const made = new Map<string, number>();

  const act = async (asked: ServiceRequest, request: IncomingMessage): Promise<[number, object]> => {
    const { method, key } = asked;
    if (method === 'DELETE') {
      things.delete(key);
      return [200, { removed: true }];
    }
    const known = things.get(key);
    if (known) return [200, known];
    if (refuses?.(asked)) return [422, { error: `${name} takes no new ones today.` }];
    let body = '';
    for await (const chunk of request) body += String(chunk);
    made.set(key, (made.get(key) ?? 0) + 1);
    const thing = { ...(JSON.parse(body) as object), [id]: `${name}-${made.size}` };
    things.set(key, thing);
    return [200, thing];
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '' } = request;
    const given = method === 'POST' && url === path ? request.headers['idempotency-key'] : undefined;
    const key = given ?? (method === 'DELETE' ? decodeURIComponent(url.slice(path.length + 1)) : undefined);
    if (typeof key !== 'string') return void response.writeHead(404).end('{}');
    const asked = { service: name, method, key };
    await onRequest?.(asked, 'before');
    const [status, body] = await act(asked, request);
    await onRequest?.(asked, 'after');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise(resolve => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return { url, things, made, close };
}
