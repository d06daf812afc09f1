/** What servers with one limit let through. */
export interface Allowed {
  readonly asked: number;
  readonly allowed: number;
  /** How many each server let through. */
  readonly byServer: readonly number[];
  /** Least and most seconds that refused callers were told to wait. */
  readonly retryAfter: readonly [number, number];
  /** Statuses other than 200 and 429. */
  readonly others: readonly number[];
}

/** Of the requests to each server, those that are answered before the others leave: a server that is slow gets its turn. */
const FIRST = 0.1;

/** @param urls The same resource at each of the servers. */
export async function countAllowed(
  urls: readonly string[],
  each: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Allowed> {
  const ask = (count: number) =>
    Promise.all(
      urls.flatMap(url =>
        Array.from({ length: count }, async () => {
          const response = await fetch(url, { headers, signal: AbortSignal.timeout(30_000) });
          await response.arrayBuffer();
          return { url, status: response.status, retryAfter: Number(response.headers.get('retry-after')) };
        }),
      ),
    );
  const first = Math.ceil(each * FIRST);
  const answers = [...(await ask(first)), ...(await ask(each - first))];
  const allowed = answers.filter(({ status }) => status === 200);
  const waits = answers.flatMap(({ status, retryAfter }) => (status === 429 ? retryAfter : []));
  return {
    asked: answers.length,
    allowed: allowed.length,
    byServer: urls.map(url => allowed.filter(answer => answer.url === url).length),
    retryAfter: [Math.min(...waits), Math.max(...waits)],
    others: answers.flatMap(({ status }) => (status === 200 || status === 429 ? [] : status)),
  };
}
