import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Log } from '../log.ts';
import { createMcpServer } from '../server.ts';
import { openTestClient } from '../testing/open-test-client.ts';
import { defineSkill, loadSkills } from './index.ts';
import type { Skill } from './skill.ts';

const head = (name: string, more = ''): string =>
  `---\nname: ${name}\ndescription: For tests.\n${more}---\n\nDo it.\n`;
const digest = (bytes: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const serve = (skills: readonly Skill[], more: { pageSize?: number; log?: Log } = {}) =>
  createMcpServer({ name: 'docs', version: '1.0.0', skills, ...more });

describe('a skill', () => {
  test('is listed with digests and sizes of the bytes that are read', async () => {
    const bytes = new Uint8Array([137, 80, 0, 255]);
    const german = 'Grüß Gott!\n';
    const skill = defineSkill({
      path: 'acme/greeting',
      files: { 'b ü.png': bytes, 'SKILL.md': head('greeting', 'license: MIT\n'), 'refs/german.md': german },
    });
    // What the author does to the bytes afterwards is not served.
    const before = digest(bytes);
    bytes.fill(0);
    await using client = await openTestClient(serve([skill]));

    const { skills } = await client.request('skills/list');
    const root = 'skill://acme/greeting';
    const resources = [
      { uri: `${root}/SKILL.md`, digest: digest(head('greeting', 'license: MIT\n')), size: 68 },
      { uri: `${root}/b%20%C3%BC.png`, digest: before, size: 4 },
      { uri: `${root}/refs/german.md`, digest: digest(german), size: Buffer.byteLength(german) },
    ];
    const frontmatter = { name: 'greeting', description: 'For tests.', license: 'MIT' };
    expect(skills).toEqual([{ uri: `${root}/SKILL.md`, frontmatter, resources }]);
    const got = await client.request('skills/get', { uri: `${root}/SKILL.md` });
    expect(got).toMatchObject({ skill: (skills as unknown[])[0], ttlMs: 60_000, cacheScope: 'public' });

    for (const file of resources) {
      const { contents } = await client.readResource(file.uri);
      const [content] = contents;
      const read =
        content && ('text' in content ? Buffer.from(content.text) : Buffer.from(content.blob, 'base64'));
      expect(digest(read ?? '')).toBe(file.digest);
      expect(read?.byteLength).toBe(file.size);
    }
    // One entry for each skill; the rest is in its manifest.
    expect(await client.listResources()).toEqual([
      {
        uri: `${root}/SKILL.md`,
        name: 'greeting',
        description: 'For tests.',
        mimeType: 'text/markdown',
        size: 68,
      },
    ]);
  });

  test('can be walked through, directory by directory', async () => {
    const skill = defineSkill({ files: { 'SKILL.md': head('a'), 'x/y/z.txt': 'z', 'x/w.txt': 'w' } });
    await using client = await openTestClient(serve([skill], { pageSize: 1 }));
    const read = async (uri: string): Promise<unknown[]> => {
      const found: unknown[] = [];
      let cursor: unknown;
      do {
        const page = await client.request('resources/directory/read', {
          uri,
          ...(cursor !== undefined && { cursor }),
        });
        found.push(...(page['resources'] as unknown[]));
        cursor = page['nextCursor'];
      } while (cursor !== undefined);
      return found;
    };
    expect(await read('skill://a')).toMatchObject([
      { uri: 'skill://a/SKILL.md' },
      { uri: 'skill://a/x', name: 'x', mimeType: 'inode/directory' },
    ]);
    expect(await read('skill://a/x')).toMatchObject([
      { uri: 'skill://a/x/w.txt', name: 'w.txt', mimeType: 'text/plain', size: 1 },
      { uri: 'skill://a/x/y', mimeType: 'inode/directory' },
    ]);
    for (const uri of ['skill://a/SKILL.md', 'skill://a/x/', 'skill://b', 7]) {
      const reading = client.request('resources/directory/read', { uri });
      await expect(reading).rejects.toMatchObject({ rpcCode: -32602 });
    }
    await expect(client.request('skills/get', { uri: 'skill://a' })).rejects.toMatchObject({
      rpcCode: -32602,
    });
  });

  test('is announced, and only where there is one', async () => {
    const server = serve([]);
    await using client = await openTestClient(server);
    const before = await client.request('server/discover');
    expect(before['capabilities']).not.toHaveProperty('extensions');
    expect(before['capabilities']).not.toHaveProperty('resources');
    await expect(client.request('skills/list')).rejects.toMatchObject({ rpcCode: -32601 });
    server.update({ skills: [defineSkill({ files: { 'SKILL.md': head('late') } })] });
    const { capabilities } = await client.request('server/discover');
    expect(capabilities).toMatchObject({
      resources: {},
      extensions: { 'io.modelcontextprotocol/skills': { directoryRead: true } },
    });
    expect((await client.request('skills/list'))['skills']).toHaveLength(1);
  });
});

describe('what is refused', () => {
  test.each([
    ['no frontmatter', 'Just text.', 'does not begin with frontmatter'],
    ['no end of it', '---\nname: a\n', 'does not begin with frontmatter'],
    ['no fields', '---\n- a\n---\n', 'not a list of fields'],
    ['broken YAML', '---\nname: "a\n---\n', 'not valid YAML'],
    ['a field twice', '---\nname: a\nname: a\ndescription: A.\n---\n', 'not valid YAML'],
    ['a large name', '---\nname: Refunds\ndescription: A.\n---\n', 'needs a "name"'],
    ['two hyphens', '---\nname: a--b\ndescription: A.\n---\n', 'needs a "name"'],
    ['no description', '---\nname: a\n---\n', 'needs a "description"'],
    ['a long one', `---\nname: a\ndescription: ${'d'.repeat(1025)}\n---\n`, 'needs a "description"'],
    ['compatibility', '---\nname: a\ndescription: A.\ncompatibility: 7\n---\n', '"compatibility"'],
    [
      'a kept key',
      '---\nname: a\ndescription: A.\nmetadata: {io.modelcontextprotocol/x: 1}\n---\n',
      'kept for MCP',
    ],
    ['no number', '---\nname: a\ndescription: A.\nx: .nan\n---\n', 'JSON cannot carry'],
    [
      'aliases',
      `---\nname: a\ndescription: A.\nx: &x [1]\ny: [${'*x,'.repeat(30)}]\n---\n`,
      'not valid YAML',
    ],
  ])('%s', (_what, text, message) => {
    expect(() => defineSkill({ path: 'a', files: { 'SKILL.md': text } })).toThrow(message);
  });

  test('a place or a file that cannot be', () => {
    const files = { 'SKILL.md': head('a') };
    expect(() => defineSkill({ files: {} })).toThrow('has no SKILL.md');
    expect(() => defineSkill({ files: { 'SKILL.md': new Uint8Array([255]) } })).toThrow('not UTF-8');
    expect(() => defineSkill({ path: 'b', files })).toThrow('is named "a"');
    for (const path of ['../a', 'x y/a', '/a', 'x//a']) {
      expect(() => defineSkill({ path, files })).toThrow('cannot be in a URI');
    }
    for (const name of ['../b', '/b', 'b//c', './b', 'half \ud800']) {
      expect(() => defineSkill({ files: { ...files, [name]: '' } })).toThrow('path below');
    }
  });

  test('more than hosts take', () => {
    const many = Object.fromEntries(Array.from({ length: 512 }, (_, index) => [`${index}.txt`, '']));
    expect(() => defineSkill({ files: { 'SKILL.md': head('a'), ...many } })).toThrow('513 files');
    const huge = new Uint8Array(16 * 1024 * 1024);
    expect(() => defineSkill({ files: { 'SKILL.md': head('a'), huge } })).toThrow('bytes');
  });

  test('two at one place; two of one name are told', () => {
    const skill = defineSkill({ files: { 'SKILL.md': head('a') } });
    expect(() => serve([skill, skill])).toThrow('given twice');
    const warnings: string[] = [];
    const drop = (): void => {};
    const log: Log = {
      debug: drop,
      info: drop,
      error: drop,
      warn: (_fields, message) => warnings.push(message),
    };
    serve([skill, defineSkill({ path: 'x/a', files: { 'SKILL.md': head('a') } })], { log });
    expect(warnings).toEqual([expect.stringContaining('has the same name')]);
  });
});

describe('a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skills-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const write = async (path: string, content: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  };

  test('gives every skill in it, nested ones also with the one around them', async () => {
    await write('README.md', 'No skill.');
    await write('acme/outer/SKILL.md', head('outer'));
    await write('acme/outer/.env', 'SECRET=1');
    await write('acme/outer/inner/SKILL.md', head('inner'));
    await write('acme/outer/inner/data.json', '{}');
    await symlink('/etc/hostname', join(folder, 'acme/outer/link.txt'));

    const skills = await loadSkills(folder);
    expect(skills.map(({ uri, files }) => [uri, files.map(({ path }) => path)])).toEqual([
      ['skill://acme/outer/SKILL.md', ['SKILL.md', 'inner/SKILL.md', 'inner/data.json']],
      ['skill://acme/outer/inner/SKILL.md', ['SKILL.md', 'data.json']],
    ]);
    await using client = await openTestClient(serve(skills));
    const names = (await client.listResources()).map(({ name }) => name);
    expect(names).toEqual(['outer', 'inner']);
  });

  test('that is a skill itself goes by its own name', async () => {
    await write('my-skill/SKILL.md', head('my-skill'));
    expect(await loadSkills(join(folder, 'my-skill'))).toMatchObject([{ uri: 'skill://my-skill/SKILL.md' }]);
  });

  test('says which skill is wrong', async () => {
    await write('acme/other/SKILL.md', head('name'));
    await expect(loadSkills(folder)).rejects.toThrow('Skill "acme/other" is named "name"');
    await expect(loadSkills(join(folder, 'none'))).rejects.toThrow('ENOENT');
  });
});
