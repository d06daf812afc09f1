import { describe, expect, it } from 'vitest';
import { compileUriTemplate } from './uri-template.ts';

describe('compileUriTemplate', () => {
  it.each([
    ['docs://{id}', 'docs://intro', { id: 'intro' }],
    ['docs://{id}', 'docs://a%20b', { id: 'a b' }],
    ['test://template/{id}/data', 'test://template/7/data', { id: '7' }],
    ['data://{table}/{row}', 'data://users/3', { table: 'users', row: '3' }],
    ['file:///{+path}', 'file:///a/b/c.txt', { path: 'a/b/c.txt' }],
    ['v1.0://{id}', 'v1.0://x', { id: 'x' }],
  ])('%s reads %s', (template, uri, values) => {
    expect(compileUriTemplate(template)(uri)).toEqual(values);
  });

  it.each([
    ['docs://{id}', 'docs://a/b'],
    ['docs://{id}', 'docs://'],
    ['docs://{id}', 'xdocs://a'],
    ['v1.0://{id}', 'v1x0://a'],
    ['docs://{id}', 'docs://%ZZ'],
  ])('%s is not %s', (template, uri) => {
    expect(compileUriTemplate(template)(uri)).toBeUndefined();
  });

  it.each(['docs://..', 'docs://%2e%2e', 'docs://a%2fb', 'docs://a%5cb', 'docs://a%00'])(
    'lets no value out of its segment: %s',
    uri => {
      expect(compileUriTemplate('docs://{id}')(uri)).toBeUndefined();
    },
  );

  it.each(['file:///a/../b', 'file:///..%2fetc/passwd', 'file:///a/%2e%2e/b', 'file:///./a'])(
    'lets no path climb: %s',
    uri => {
      expect(compileUriTemplate('file:///{+path}')(uri)).toBeUndefined();
    },
  );

  it.each([
    'docs://fixed',
    'docs://{',
    'docs://{id',
    'docs://{id}}',
    'docs://{?q}',
    'docs://{a,b}',
    'docs://{a}/{a}',
  ])('is refused: %s', template => {
    expect(() => compileUriTemplate(template)).toThrow(/its URI template/);
  });
});
