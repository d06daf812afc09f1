import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { expect, test } from 'vitest';
import { ROOT } from '../architecture/source-file.ts';
import { codeBlocks } from '../docs/pages.ts';

// Its TypeScript is run by test/kit/docs.test.ts, its JSON sent by test/api/guide-page.test.ts.
const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const page = read('docs/guide.md');

test('has a part for each subject of the guide, in its order', () => {
  expect([...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual([
    'Tool design',
    'Error handling',
    'Versioning',
    'Rate limiting',
    'Authentication methods',
    'Server-side security',
    'Complete production setup',
    'Docker deployment',
    'Kubernetes deployment',
  ]);
  const languages = new Set([...page.matchAll(/^```(\w+)$/gm)].map(([, language]) => language));
  expect(languages).toEqual(new Set(['ts', 'json', 'sh', 'dockerfile', 'yaml']));
});

test('shows the Dockerfile of the template', () => {
  expect(codeBlocks(page, 'dockerfile')).toEqual([read('packages/mcp-server/templates/server/Dockerfile')]);
});

test('shows manifests that are those of the repository, less what they have besides', () => {
  const [shown = ''] = codeBlocks(page, 'yaml');
  const there = parseAllDocuments(read('deploy/kubernetes/mcp-server.yaml')).map(
    document => document.toJS() as { kind: string },
  );
  const kinds = shown.split('---\n').map(text => {
    const manifest = parse(text) as { kind: string };
    expect(there.find(({ kind }) => kind === manifest.kind)).toMatchObject(manifest);
    return manifest.kind;
  });
  expect(kinds).toEqual(['Deployment', 'Service']);
});

test('its command makes the hash that the server takes', async () => {
  const [command = ''] = codeBlocks(page, 'sh');
  const { PATH = '' } = process.env;
  const { stdout } = await promisify(execFile)('sh', ['-euc', command], {
    env: { PATH, MCP_SECRET_TOKEN: 'a-long-random-token' },
  });
  expect(stdout.trim()).toBe(createHash('sha256').update('a-long-random-token').digest('hex'));
});
