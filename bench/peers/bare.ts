// What is left of a server when it does nothing: reads the body, parses it, answers bytes it was given at its start.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tellParent } from './tell-parent.ts';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('Say in which file the bytes to answer are.');
const answer = readFileSync(path);
const headers = { 'content-type': 'application/json', 'content-length': answer.length };

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    JSON.parse(chunks.length === 1 ? String(chunks[0]) : String(Buffer.concat(chunks)));
    response.writeHead(200, headers);
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  tellParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});
