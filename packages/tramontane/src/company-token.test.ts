import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCompanyToken } from './company-token.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'company-token-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('the token of the environment wins and is not written down', async () => {
  expect(await readCompanyToken({ MCP_SECRET_TOKEN: 'given' }, folder)).toEqual({ token: 'given' });
  expect(await readdir(folder)).toEqual([]);
});

test('starts at once agree on one token, which is kept for its owner only', async () => {
  const data = join(folder, 'made', 'on', 'demand');
  const tokens = await Promise.all(Array.from({ length: 8 }, () => readCompanyToken({}, data)));
  expect(new Set(tokens.map(({ token }) => token)).size).toBe(1);
  expect(tokens[0]?.token).toMatch(/^[\w-]{32}$/);
  expect(tokens[0]?.file).toMatch(/company-token$/);
  expect(await readCompanyToken({}, data)).toEqual(tokens[0]);
  expect(await readdir(data)).toEqual(['company-token']);
  expect((await stat(join(data, 'company-token'))).mode & 0o777).toBe(0o600);
});
