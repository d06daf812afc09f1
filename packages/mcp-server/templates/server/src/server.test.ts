import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestClient } from '@tramontane/mcp-server/testing';
import { createServer } from './server.ts';

interface Found {
  matches: { file: string; line: number; text: string }[];
  more: boolean;
}

await test('finds a text in the documents', async () => {
  await using client = await openTestClient(createServer('docs'));
  const { structuredContent } = await client.callTool<Found>('search_docs', { text: 'EXAMPLE document' });
  assert.deepEqual(structuredContent.matches, [
    {
      file: 'welcome.md',
      line: 3,
      text: 'This is an example document. Put your own Markdown files beside it.',
    },
  ]);
});

await test('returns no more than was asked for, and says so', async () => {
  await using client = await openTestClient(createServer('docs'));
  const { structuredContent } = await client.callTool<Found>('search_docs', { text: 'document', limit: 1 });
  assert.equal(structuredContent.matches.length, 1);
  assert.equal(structuredContent.more, true);
});

await test('tells the caller what is wrong with a call', async () => {
  await using client = await openTestClient(createServer('docs'));
  const refused = await client.callTool('search_docs', { text: 'x' });
  assert.ok(refused.isError);
  assert.match(refused.text, /"text"/);
});

await test('says that the documents are missing', async () => {
  await using client = await openTestClient(createServer('no-such-folder'));
  const failed = await client.callTool('search_docs', { text: 'example' });
  assert.ok(failed.isError);
  assert.equal(failed.text, 'The documents cannot be read at the moment.');
});
