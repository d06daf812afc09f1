// Loaded before a server of others: it takes any free port, but does not say which, and does not end with its parent.
import { subscribe } from 'node:diagnostics_channel';
import { Server } from 'node:net';

subscribe('tracing:net.server.listen:asyncEnd', message => {
  if (typeof message !== 'object' || message === null || !('server' in message)) return;
  const address = message.server instanceof Server ? message.server.address() : null;
  if (typeof address === 'object' && address !== null) process.send?.({ port: address.port });
});
process.on('disconnect', () => process.exit(0));
