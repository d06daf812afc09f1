import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, Pool, buildConnector } from 'undici';
import { type AddressPolicy, checkedAddresses } from './checked-addresses.ts';
import { parseAddress } from './address-meaning.ts';
import { parseTargetUrl } from './target-url.ts';

/** Limit for opening one TCP or TLS connection, so that a silent address does not hold a socket for minutes. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Bytes of one WebSocket message, after decompression. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/**
 * Pools of connections whose every socket was opened to a checked address. The check sits in the connector, not
 * before the request: this is the only place that sees what the socket really connects to.
 */
export function openGuardedAgent(policy: AddressPolicy): Agent {
  return new Agent({
    webSocket: { maxPayloadSize: MAX_MESSAGE_BYTES },
    // The limits on time are the exchange's own: undici's would cut streams that are quiet for five minutes.
    factory: origin =>
      new Pool(origin, {
        connect: guardedConnector(policy, new URL(origin)),
        headersTimeout: 0,
        bodyTimeout: 0,
        allowH2: false,
      }),
  });
}

function guardedConnector(policy: AddressPolicy, origin: URL): buildConnector.connector {
  const { host, port } = parseTargetUrl(origin);
  const answerLookup = async (...[, options, callback]: Parameters<LookupFunction>): Promise<void> => {
    let entries: { address: string; family: number }[];
    try {
      entries = (await checkedAddresses(policy, host, port)).map(address => ({
        address,
        family: address.includes(':') ? 6 : 4,
      }));
    } catch (error) {
      callback(error as NodeJS.ErrnoException, '', 0);
      return;
    }
    const [first] = entries;
    if (options.all === true || first === undefined) callback(null, entries);
    else callback(null, first.address, first.family);
  };
  const lookup: LookupFunction = (...args) => void answerLookup(...args);
  const connect = buildConnector({ lookup, allowH2: false, timeout: CONNECT_TIMEOUT_MS });
  // A literal address never reaches lookup, so it is checked before the socket is made.
  if (parseAddress(host) === undefined) return connect;
  const connectChecked = async (
    ...[options, callback]: Parameters<buildConnector.connector>
  ): Promise<void> => {
    try {
      await checkedAddresses(policy, host, port);
    } catch (error) {
      callback(error as Error, null);
      return;
    }
    connect(options, callback);
  };
  return (...args) => void connectChecked(...args);
}

type OnAnswer = (status: number, headers: Readonly<Record<string, string | string[] | undefined>>) => void;

/** The same dispatcher, telling when a request starts to be written to a socket, and how it was answered. */
export function noticeStart(
  agent: Agent,
  onStart: () => void,
  { onAnswer, onError }: { onAnswer?: OnAnswer; onError?: (error: Error) => void } = {},
): Dispatcher {
  return agent.compose(
    dispatch => (options, handler) =>
      dispatch(options, {
        onRequestStart: (controller, context) => {
          onStart();
          handler.onRequestStart?.(controller, context);
        },
        onRequestUpgrade: (controller, status, headers, socket) => {
          onAnswer?.(status, headers);
          handler.onRequestUpgrade?.(controller, status, headers, socket);
        },
        onResponseStart: (controller, status, headers, message) => {
          onAnswer?.(status, headers);
          handler.onResponseStart?.(controller, status, headers, message);
        },
        onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
        onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
        onResponseError: (controller, error) => {
          onError?.(error);
          handler.onResponseError?.(controller, error);
        },
      }),
  );
}
