import { expect, test } from 'vitest';
import { candidatesFor } from './candidates.ts';

test.each([
  ['https://h', ['mcp /', 'mcp /mcp', 'rest /mcp/v1/tools', 'sse /', 'sse /sse']],
  [
    'https://h/?key=1',
    ['mcp /?key=1', 'mcp /mcp?key=1', 'rest /mcp/v1/tools?key=1', 'sse /?key=1', 'sse /sse?key=1'],
  ],
  ['https://h/a/', ['mcp /a/', 'mcp /a/mcp', 'rest /a/mcp/v1/tools', 'sse /a/', 'sse /a/sse']],
  ['https://h/mcp', ['mcp /mcp', 'rest /mcp/v1/tools', 'sse /mcp']],
  ['https://h/mcp/', ['mcp /mcp/', 'rest /mcp/v1/tools', 'sse /mcp/']],
  ['https://h/a/mcp/v1', ['rest /a/mcp/v1/tools', 'mcp /a/mcp/v1', 'mcp /a/mcp']],
  ['https://h/mcp/v2/tools', ['rest /mcp/v2/tools', 'mcp /mcp/v2/tools', 'mcp /mcp']],
  [
    'https://h/a/v2',
    [
      'mcp /a/v2',
      'mcp /a/v2/mcp',
      'rest /a/mcp/v2/tools',
      'rest /a/v2/mcp/v1/tools',
      'sse /a/v2',
      'sse /a/v2/sse',
    ],
  ],
  ['https://h/a/sse', ['mcp /a/sse', 'sse /a/sse']],
  ['wss://h/a', ['websocket /a']],
  ['stdio:files', ['stdio files']],
])('%s', (url, expected) => {
  const found = candidatesFor(new URL(url)).map(candidate => {
    const { pathname, search } = candidate.form === 'mcp' ? candidate.url : candidate.toolsUrl;
    const form = candidate.form === 'rest' || candidate.via === 'http' ? candidate.form : candidate.via;
    return `${form} ${pathname}${search}`;
  });
  expect(found).toEqual(expected);
});
