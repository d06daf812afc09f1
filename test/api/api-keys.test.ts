import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommand } from '../../packages/tramontane/src/arguments.ts';
import { runKeys } from '../../packages/tramontane/src/keys.ts';
import { ROOT } from '../architecture/source-file.ts';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { eventually, record, records, text } from './shapes.ts';

// The command in a process of its own, on the default database, which a running server shares with it.

let api: ApiServer;
beforeAll(async () => {
  api = await openApiServer({ database: 'embedded' });
}, 60_000);
afterAll(() => api?.close());

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a process of its own. */
function run(...args: string[]): Promise<Ended> {
  const main = `${ROOT}packages/tramontane/src/main.ts`;
  const { PATH = '', HOME = '' } = process.env;
  return new Promise(resolve => {
    execFile(
      process.execPath,
      ['--conditions=@tramontane/source', main, ...args],
      { env: { PATH, HOME, ...api.environment } },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
        resolve({ code, stdout, stderr });
      },
    );
  });
}

/** The same command without a process for each: starting one takes a second. */
async function keys(...args: string[]): Promise<Ended> {
  const command = parseCommand(['keys', ...args]);
  if (command.kind !== 'keys-create' && command.kind !== 'keys-list' && command.kind !== 'keys-revoke')
    throw new Error(JSON.stringify(command));
  const [out, said]: [string[], string[]] = [[], []];
  const code = await runKeys(command, api.environment, {
    out: line => void out.push(line),
    say: line => void said.push(line),
    width: 200,
  });
  return { code, stdout: out.join('\n'), stderr: said.join('\n') };
}

const as = (key: string) => ({ authorization: `Bearer ${key}` });
const statusWith = async (key: string) => (await api.send('GET', '/v1/agents', undefined, as(key))).status;

describe('tramontane keys', () => {
  it('makes a key that opens its workspace, lists it without the key, and ends it', async () => {
    const made = await run(
      'keys',
      'create',
      'ci',
      '--user',
      'ann',
      '--workspace',
      'blue',
      '--organization',
      'acme',
    );
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^tram_[\w-]{43}\n$/) });
    expect(made.stderr).toContain('workspace blue of organization acme to user ann, member');
    const key = made.stdout.trim();

    const created = await api.send('POST', '/v1/agents', { model: 'offline', name: 'Blue' }, as(key));
    expect(created).toMatchObject({ status: 200, json: { owner_id: 'ann' } });
    const path = `/v1/agents/${text(record(created.json)['id'])}`;
    expect((await api.send('GET', path, undefined, as(key))).status).toBe(200);
    expectError(await api.send('GET', path), 404);

    const listed = await keys('list', '--json');
    expect(listed.stdout).not.toContain(key);
    const [row, ...more] = records(JSON.parse(listed.stdout));
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      name: 'ci',
      user: 'ann',
      workspace: 'blue',
      role: 'member',
      connectors: 'shared',
    });
    expect(row?.['fingerprint']).toMatch(/^[0-9a-f]{16}$/);
    expect((await keys('list')).stdout).toContain(text(row?.['fingerprint']));

    const revoked = await run('keys', 'revoke', 'ci');
    expect(revoked).toMatchObject({ code: 0, stderr: expect.stringContaining('is revoked') });
    await eventually('the revoked key to be refused', async () =>
      (await statusWith(key)) === 401 ? true : undefined,
    );
    expect(JSON.parse((await keys('list', '--json')).stdout)).toEqual([]);
    expect((await keys('list', '--revoked')).stdout).toContain('ci');
    expect((await keys('revoke', 'ci')).stderr).toContain('No live key');
  }, 60_000);

  it('says what is wrong, and makes nothing', async () => {
    await api.makeKey({ organization: 'one', workspace: 'taken' });
    for (const [args, sentence] of [
      [['create', 'k', '--workspace', 'taken', '--organization', 'two'], /belongs to organization one/],
      [['create', 'two words'], /cannot be the name of a key/],
    ] as const) {
      const { code, stdout, stderr } = await keys(...args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(sentence);
    }
  }, 60_000);
});

describe('keys', () => {
  it('are stored as hashes, and no answer or log line holds one', async () => {
    const key = await api.makeKey({ workspace: 'hashed' });
    expect(await statusWith(key)).toBe(200);
    expect(await statusWith(`${key}x`)).toBe(401);
    expect(await statusWith(key.slice(0, -1))).toBe(401);
    expect(api.log()).not.toContain(key);
  });

  it('of one name live in two workspaces, and are then revoked by id only', async () => {
    for (const workspace of ['twin-a', 'twin-b']) {
      const made = await keys('create', 'twin', '--workspace', workspace);
      expect(made.code).toBe(0);
    }
    const again = await keys('create', 'twin', '--workspace', 'twin-a');
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('has a key named twin already') });
    const ambiguous = await keys('revoke', 'twin');
    expect(ambiguous).toMatchObject({ code: 1, stderr: expect.stringContaining('Revoke one by its id') });
    const [id = ''] = /[0-9a-f-]{36}/.exec(ambiguous.stderr) ?? [];
    expect((await keys('revoke', id)).code).toBe(0);
    expect((await keys('revoke', 'twin')).code).toBe(0);
  }, 60_000);
});
