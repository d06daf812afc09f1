// Not a peer but the ceiling of the load: answers without reading, so the load has the least to wait for.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tellParent } from './tell-parent.ts';

const answer = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
);
const server = createServer({ noDelay: true }, socket => {
  socket.on('data', () => socket.write(answer)).on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  tellParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});
