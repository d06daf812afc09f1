import { openEgress } from '@tramontane/egress';
import { expect, onTestFinished, test } from 'vitest';
import { openConnections } from '../connections.ts';
import type { ServerTarget } from '../server-target.ts';
import type { Progress } from '../tool-result.ts';

/** A server of 2025 whose one tool writes its progress and its answer in one piece, after a line that is no message. */
const SERVER = `
  const lines = require('node:readline').createInterface({ input: process.stdin });
  const write = (...messages) =>
    process.stdout.write(messages.map(message => JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n').join(''));
  const serverInfo = { name: 'pieces', version: '1' };
  const initialized = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo };
  const tools = [{ name: 'count', inputSchema: { type: 'object' } }];
  process.stdout.write('The server is running.\\n');
  lines.on('line', line => {
    const { id, method, params } = JSON.parse(line);
    if (id === undefined) return;
    if (method === 'initialize') write({ id, result: initialized });
    else if (method === 'tools/list') write({ id, result: { tools } });
    else if (method === 'tools/call') {
      const { progressToken } = params._meta;
      const progress = count => ({ method: 'notifications/progress', params: { progressToken, progress: count, total: 3 } });
      write(progress(1), progress(2), progress(3), { id, result: { content: [{ type: 'text', text: 'counted' }] } });
    } else write({ id, error: { code: -32601, message: 'Method not found' } });
  });
`;

test('progress that comes in one piece with the answer is heard, in its order', async () => {
  const egress = openEgress({ allow: [] });
  const connections = openConnections({ egress });
  onTestFinished(async () => {
    await connections.close();
    await egress.close();
  });
  const target: ServerTarget = {
    scope: { workspace: 'w', connector: 'c', credential: 'none' },
    name: 'stdio:pieces',
    process: { command: process.execPath, args: ['-e', SERVER] },
    timeoutMs: 20_000,
  };
  const heard: Progress[] = [];
  const result = await connections.callTool(target, {
    name: 'count',
    arguments: {},
    idempotencyKey: 'key-1',
    signal: new AbortController().signal,
    onProgress: progress => heard.push(progress),
  });
  expect(result.content).toEqual([{ type: 'text', text: 'counted' }]);
  expect(heard.map(({ progress }) => progress)).toEqual([1, 2, 3]);
});
