import { expect, it } from 'vitest';
import { parseJson } from './json.ts';

it.each([
  '{"a":1,"__proto__":{"admin":true}}',
  '{"a":1,"\\u005f_proto__":{"admin":true}}',
  '{"a":1,"__pr\\u006Fto__":{"admin":true}}',
])('drops a __proto__ key however it is written: %s', body => {
  expect(Object.getOwnPropertyNames(parseJson(body))).toEqual(['a']);
});

it('leaves the word alone where it is no key', () => {
  expect(parseJson('{"a":"__proto__","b":"\\u00e9"}')).toEqual({ a: '__proto__', b: 'é' });
});
