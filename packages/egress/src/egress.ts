import { fetch as undiciFetch } from 'undici';
import type { AllowRule } from './allow-rules.ts';
import { boundBody } from './bounded-body.ts';
import { type AddressPolicy, type Resolve, checkedAddresses, resolveBySystem } from './checked-addresses.ts';
import { noticeStart, openGuardedAgent } from './connections.ts';
import { EgressError } from './egress-error.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { parseOwnPort } from './own-ports.ts';
import { type Hop, nextHop } from './redirects.ts';
import { parseTargetUrl } from './target-url.ts';
import { type GuardedWebSocket, type WebSocketInit, openWebSocket } from './web-socket.ts';

export interface EgressOptions {
  /** What the operator lets through, from `parseAllowList`. */
  readonly allow: readonly AllowRule[];
  /** Ports of our own API, database and Redis: `port` (on this machine) or `host:port`. No rule opens them. */
  readonly refuse?: readonly string[];
  /** Every address of a name. Default: the system's resolver. */
  readonly resolve?: Resolve;
}

export interface EgressInit extends RequestInit {
  /** Milliseconds for the whole exchange, body included. Default 30,000; Infinity for a stream that stays open. */
  timeoutMs?: number;
  /** Bytes of the decoded body. Default 16 MiB; Infinity for a stream that stays open. */
  maxBodyBytes?: number;
  /** Told when the request begins to leave this machine; what fails before certainly did not reach the server. */
  onSent?: () => void;
  /** Only addresses of the public network, whatever the operator lets through: for what a public server points to. */
  publicOnly?: boolean;
}

export interface Egress {
  /**
   * `fetch` with a guard. `redirect: 'manual'` hands redirects to the caller, `'error'` refuses them.
   * @throws EgressError; an abort by `init.signal` rejects with the signal's reason, as `fetch` does
   */
  fetch(url: string | URL, init?: EgressInit): Promise<Response>;
  /**
   * A WebSocket with the same guard; `ws://` or `wss://`.
   * @throws EgressError; an abort by `init.signal` rejects with the signal's reason
   */
  webSocket(url: string | URL, init?: WebSocketInit): Promise<GuardedWebSocket>;
  /** @throws EgressError as `fetch` would before it sends anything; the answer is only good for this moment */
  check(url: string | URL, options?: Pick<EgressInit, 'publicOnly'>): Promise<void>;
  /** One more port of our own, known only once something listens there: `port` or `host:port`. */
  refuse(ownPort: string): void;
  close(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024;
const BODYLESS: ReadonlySet<number> = new Set([204, 205, 304]);

export function openEgress(options: EgressOptions): Egress {
  const own = (options.refuse ?? []).map(parseOwnPort);
  const policy: AddressPolicy = {
    allow: options.allow,
    own,
    resolve: options.resolve ?? resolveBySystem,
  };
  const publicPolicy: AddressPolicy = { ...policy, allow: [] };
  const agent = openGuardedAgent(policy);
  const publicAgent = openGuardedAgent(publicPolicy);

  async function send(hop: Hop, exchange: Exchange, through: typeof agent): Promise<Response> {
    exchange.signal.throwIfAborted();
    const response = await undiciFetch(hop.url, {
      method: hop.method,
      headers: [...hop.headers],
      body: hop.body as string | null,
      ...(hop.body instanceof ReadableStream ? { duplex: 'half' } : {}),
      redirect: 'manual',
      signal: exchange.signal,
      dispatcher: noticeStart(through, exchange.started),
    });
    // undici's own Response class is not the global one; only its parts are used from here on.
    return response;
  }

  async function exchangeAll(first: Hop, init: EgressInit, exchange: Exchange): Promise<Response> {
    const through = init.publicOnly === true ? publicAgent : agent;
    let hop = first;
    for (let followed = 0; ; followed += 1) {
      const response = await send(hop, exchange, through);
      const next = nextHop(hop, response, followed, init.redirect);
      if (next === undefined)
        return toBounded(response, hop.url, init.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES, exchange);
      await response.body?.cancel();
      hop = next;
    }
  }

  return {
    async fetch(input, init = {}) {
      const target = parseTargetUrl(input);
      const exchange = openExchange(
        target.host,
        init.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        init.signal ?? undefined,
        init.onSent,
      );
      const first: Hop = {
        url: target.url,
        method: (init.method ?? 'GET').toUpperCase(),
        headers: new Headers(init.headers),
        body: init.body ?? null,
      };
      try {
        return await exchangeAll(first, init, exchange);
      } catch (cause) {
        const error = exchange.toError(cause);
        exchange.abandon();
        throw error;
      }
    },
    webSocket: (url, init) => openWebSocket(agent, url, init),
    async check(input, { publicOnly = false } = {}) {
      const { host, port } = parseTargetUrl(input);
      await checkedAddresses(publicOnly ? publicPolicy : policy, host, port);
    },
    refuse(ownPort) {
      own.push(parseOwnPort(ownPort));
    },
    close: async () => void (await Promise.all([agent.destroy(), publicAgent.destroy()])),
  };
}

function toBounded(response: Response, url: URL, maxBytes: number, exchange: Exchange): Response {
  const tooLarge = (): EgressError =>
    new EgressError(
      'body_too_large',
      `The answer of ${exchange.host} is larger than ${maxBytes} bytes and was not read to its end.`,
      { host: exchange.host, sent: true },
    );
  const hasBody = response.body !== null && !BODYLESS.has(response.status);
  if (!hasBody) exchange.settled();
  const body =
    hasBody && response.body !== null
      ? boundBody(response.body, {
          maxBytes,
          tooLarge,
          toReadError: exchange.toError,
          settled: exchange.settled,
        })
      : null;
  const bounded = new Response(body, {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers],
  });
  // A Response made by hand has an empty url, and readers name the server by it.
  Object.defineProperty(bounded, 'url', { value: url.href });
  return bounded;
}
