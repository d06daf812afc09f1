import { describe, expect, it } from 'vitest';
import { embeddedResource, image, resourceLink, text } from './content.ts';
import { parseReturned, toText, toValueResult } from './tool-result.ts';

describe('parseReturned', () => {
  it.each([
    ['a string', 'hello', [{ type: 'text', text: 'hello' }]],
    ['nothing', undefined, []],
    ['a block', text('a', { priority: 1 }), [{ type: 'text', text: 'a', annotations: { priority: 1 } }]],
    [
      'blocks',
      [text('a'), image('AQI=', 'image/png'), resourceLink({ uri: 'docs://a', name: 'a' })],
      [
        { type: 'text', text: 'a' },
        { type: 'image', data: 'AQI=', mimeType: 'image/png' },
        { type: 'resource_link', uri: 'docs://a', name: 'a' },
      ],
    ],
    [
      'a resource',
      embeddedResource({ uri: 'docs://a', text: 'A' }),
      [{ type: 'resource', resource: { uri: 'docs://a', text: 'A' } }],
    ],
  ])('makes content of %s', (_what, returned, content) => {
    const parsed = parseReturned(returned);
    expect(JSON.parse(JSON.stringify(parsed))).toEqual({ kind: 'result', result: { content } });
  });

  it('passes a full result on', () => {
    const result = { content: [{ type: 'text', text: 'no' }], isError: true };
    expect(parseReturned(result)).toEqual({ kind: 'result', result });
  });

  it.each([
    ['an object', { n: 1 }],
    ['a number', 0],
    ['null', null],
    ['an empty list', []],
    ['rows that look like blocks', [{ type: 'text', text: 'a row' }]],
    ['a record with a content of its own', { content: ['chapter one'] }],
    ['a record with content and more', { content: [{ type: 'text', text: 'a' }], author: 'Ann' }],
  ])('leaves %s a value', (_what, value) => {
    expect(parseReturned(value)).toEqual({ kind: 'value', value });
  });
});

describe('toValueResult', () => {
  it('gives a value as structure and as text', () => {
    expect(toValueResult({ n: 1 })).toEqual({
      content: [{ type: 'text', text: '{"n":1}' }],
      structuredContent: { n: 1 },
    });
  });

  it.each([[() => 1], [Symbol('s')], [1n]])('refuses what JSON cannot carry (%#)', value => {
    expect(() => toValueResult(value)).toThrow(TypeError);
  });
});

it('toText joins the texts and skips the rest', () => {
  expect(toText({ content: [text('a'), image('AQI=', 'image/png'), text('b')] })).toBe('a\nb');
});
