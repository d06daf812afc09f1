import { describe, expect, test } from 'vitest';
import type { Pagination } from '@tramontane/mcp-server/openapi';
import { call, toDocument } from './call-gateway.ts';
import { openSmallService, type Answer, type SmallService } from './small-api.ts';

describe('answers', () => {
  const get = toDocument('/c', 'get', {});
  const answering = (answer: Answer): Promise<SmallService> => openSmallService(() => answer);

  test('fields are picked, lists and bytes are limited, text is text', async () => {
    const body = {
      id: 1,
      secret: 'x',
      customer: { name: 'Ann', iban: 'y' },
      lines: [{ amount: 1, cost: 2 }],
    };
    await using service = await answering({ body });
    const picked = await call(
      service,
      { document: get, pick: ['id', 'customer.name', 'lines.amount'] },
      'try',
    );
    expect(picked.structuredContent).toEqual({ id: 1, customer: { name: 'Ann' }, lines: [{ amount: 1 }] });
    expect(JSON.parse(picked.text)).toEqual(picked.structuredContent);
    expect((await call(service, { document: get, maxBytes: 20 }, 'try')).text).toContain('the limit is 20');
    await using list = await answering({ body: [1, 2, 3, 4] });
    expect((await call(list, { document: get, maxItems: 2 }, 'try')).structuredContent).toEqual({
      items: [1, 2],
      truncated: 'Only the first 2 of 4 entries are here. Filter, or take the next page.',
    });
    await using text = await answering({ body: 'plain words' });
    expect((await call(text, { document: get }, 'try')).structuredContent).toEqual({ text: 'plain words' });
    await using none = await openSmallService(() => ({ status: 204 }));
    expect((await call(none, { document: get }, 'try')).structuredContent).toEqual({ done: true });
    await using fake = await answering({ body: { isError: true, content: [{ type: 'text', text: 'x' }] } });
    expect((await call(fake, { document: get }, 'try')).isError).toBe(false);
  });

  test.each<readonly [Answer, string]>([
    [
      { status: 400, body: { detail: 'total must be positive' } },
      'shop answers 400 and says: total must be positive. Change the arguments.',
    ],
    [
      { status: 404, body: { error: { message: 'no such order' } } },
      'shop answers 404 and says: no such order. Check the identifiers.',
    ],
    [
      { status: 401, body: { detail: 'bad token tok-12345' } },
      "shop refuses the gateway's own credentials for this (401). Other arguments do not help; tell the operator.",
    ],
    [
      { status: 422, body: { message: 'you sent tok-12345' } },
      'shop answers 422 and says: you sent …. Change the arguments.',
    ],
    [
      { status: 429, headers: { 'retry-after': '30' } },
      'shop has had too many requests (429). Try again after 30 (seconds, or that date).',
    ],
    [
      { status: 503, headers: { 'content-type': 'text/html' }, body: '<!doctype html><h1>Oops</h1>' },
      'shop failed (503). It is a fault of shop, not of the arguments.',
    ],
  ])('an error reads: %j', async (answer, expected) => {
    await using service = await answering(answer);
    const result = await call(
      service,
      { document: get, auth: { type: 'bearer', token: 'tok-12345' } },
      'try',
    );
    expect(result).toMatchObject({ isError: true, text: expected });
  });

  test('redirects do not leave the API, nor does anything that waits', async () => {
    await using other = await openSmallService();
    await using service = await openSmallService(({ url }) =>
      url === '/c' ? { status: 302, headers: { location: `${other.url}/stolen` } } : undefined,
    );
    const auth = { type: 'bearer', token: 'tok' } as const;
    expect((await call(service, { document: get, auth }, 'try')).text).toBe(
      'shop sent the request elsewhere, which is not followed.',
    );
    expect(other.seen).toEqual([]);
    const gone = { document: get, baseUrl: 'http://127.0.0.1:9' };
    expect((await call(service, gone, 'try')).isError).toBe(true);
    expect(service.seen[0]?.headers.host).toBe(new URL(service.url).host);
  });

  const pages: readonly (readonly [Pagination, (page: number, base: string) => Answer, readonly string[]])[] =
    [
      [
        { type: 'cursor', parameter: 'after', next: 'meta.next', items: 'data' },
        page => ({ body: { data: [page, page], meta: { next: page < 3 ? `c${page + 1}` : null } } }),
        ['/c?q=x', '/c?q=x&after=c2', '/c?q=x&after=c3'],
      ],
      [
        { type: 'page', parameter: 'page' },
        page => ({ body: page <= 3 ? [page, page] : [] }),
        ['/c?q=x', '/c?q=x&page=2', '/c?q=x&page=3', '/c?q=x&page=4'],
      ],
      [
        { type: 'link' },
        (page, base) => ({
          body: [page, page],
          headers: page < 3 ? { link: `<${base}/c?p=${page + 1}>; rel="next"` } : {},
        }),
        ['/c?q=x', '/c?p=2', '/c?p=3'],
      ],
    ];
  test.each(pages)('pages: %j', async (pagination, answer, urls) => {
    let base = '';
    let page = 0;
    await using service = await openSmallService(() => answer((page += 1), base));
    base = service.url;
    const document = toDocument('/c', 'get', {
      parameters: [{ name: 'q', in: 'query', schema: { type: 'string' } }],
    });
    const all = await call(service, { document, pagination }, 'try', { q: 'x' });
    expect(all.structuredContent).toEqual({ items: [1, 1, 2, 2, 3, 3] });
    expect(service.seen.map(({ url }) => url)).toEqual(urls);
    page = 0;
    const some = await call(service, { document, pagination: { ...pagination, maxPages: 2 } }, 'try', {
      q: 'x',
    });
    expect(some.structuredContent).toMatchObject({
      items: [1, 1, 2, 2],
      truncated: expect.stringContaining('there are more'),
    });
  });

  test('a link to elsewhere ends the pages', async () => {
    await using other = await openSmallService();
    await using service = await answering({ body: [1], headers: { link: `<${other.url}/c>; rel="next"` } });
    expect(
      (await call(service, { document: get, pagination: { type: 'link' } }, 'try')).structuredContent,
    ).toEqual({ items: [1] });
    expect(other.seen).toEqual([]);
  });
});
