import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createSdkFactory } from './official-sdk-tools.ts';
import { readNumber, tellParent } from './tell-parent.ts';

const handle = toNodeHandler(createMcpHandler(createSdkFactory(readNumber('tools', 1))));
/** Its types want absent properties where node has undefined ones. */
type NodeRequest = Parameters<typeof handle>[0];
const server = createServer((request, response) => void handle(request as NodeRequest, response));
server.listen(0, '127.0.0.1', () => {
  tellParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});
