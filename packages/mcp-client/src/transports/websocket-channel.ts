import { EgressError, type Egress, type GuardedWebSocket } from '@tramontane/egress';
import { WEBSOCKET_SUBPROTOCOL, toHttpUrl } from '../candidates.ts';
import type { OpenTarget } from '../server-target.ts';
import type { OpenChannel } from './channel.ts';

/** One message a frame. Not part of the specification, which allows custom transports that keep its messages. */
export function webSocketChannel(egress: Egress, target: OpenTarget, url: URL): OpenChannel {
  return async ({ onMessage, onLost }, signal) => {
    const socket = await openSigned(egress, target, url, signal);
    let isClosing = false;
    socket.onMessage(onMessage);
    void socket.closed.then(({ code, reason }) => {
      if (!isClosing)
        onLost(`closed its WebSocket (${code}${reason === '' ? '' : `: ${target.redact(reason)}`})`);
    });
    return {
      async send(text, { onSent }) {
        socket.send(text);
        onSent();
      },
      async close() {
        isClosing = true;
        socket.close();
      },
    };
  };
}

/** The opening carries the credentials; one that changes is asked for, and again when the server turns it away. */
async function openSigned(
  egress: Egress,
  target: OpenTarget,
  url: URL,
  signal: AbortSignal,
): Promise<GuardedWebSocket> {
  const open = (own: Readonly<Record<string, string>>): Promise<GuardedWebSocket> =>
    egress.webSocket(url, {
      headers: { ...target.headers, ...own },
      protocols: [WEBSOCKET_SUBPROTOCOL],
      signal,
      timeoutMs: target.timeoutMs,
    });
  if (target.authorizer === undefined) return open({});
  let socket: GuardedWebSocket | undefined;
  let refusal: unknown;
  await target.authorizer.send({
    method: 'GET',
    url: toHttpUrl(url),
    signal,
    send: async own => {
      try {
        socket = await open(own);
        return new Response(null, { status: 204 });
      } catch (error) {
        if (!(error instanceof EgressError) || error.data.status === undefined) throw error;
        refusal = error;
        return new Response(null, { status: error.data.status, headers: { ...error.data.headers } });
      }
    },
  });
  if (socket === undefined) throw refusal;
  return socket;
}
