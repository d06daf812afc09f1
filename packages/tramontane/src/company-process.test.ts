import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCompanyProcess, toReason } from './company-process.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'company-process-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a port that somebody took in between is told apart from other failures', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const options = { dataFolder: folder, environment: process.env, signal: AbortSignal.timeout(20_000) };
  await expect(openCompanyProcess({ ...options, port, token: 'token' })).rejects.toMatchObject({
    code: 'example_port_taken',
  });
  await expect(openCompanyProcess({ ...options, port: 0, token: 'two words' })).rejects.toMatchObject({
    code: 'example_failed',
    message: expect.stringContaining(
      'MCP_SECRET_TOKEN: Token number 1 is empty or contains white space',
    ) as string,
  });
  taken.close();
});

test('of a crash the sentence is told', () => {
  const crash = [
    'file:///somewhere/main.ts:3',
    "throw new TypeError('This is why');",
    '      ^',
    '',
    'TypeError: This is why',
    '    at file:///somewhere/main.ts:3:7',
    '  code: 1,',
    '}',
    'Node.js v24.0.0',
  ];
  expect(toReason(crash)).toBe('TypeError: This is why');
  expect(toReason(['one', 'two'])).toBe('one\ntwo');
});
