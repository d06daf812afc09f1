import { expect, test } from 'vitest';
import { createSecretBox } from './secret-box.ts';

const OLD = 'old key of sixteen characters';
const NEW = 'new key of sixteen characters';

test('what was sealed opens again, in its own context only', () => {
  const box = createSecretBox([NEW]);
  const sealed = box.seal('a token', 'connector:1');
  expect(sealed).not.toContain('a token');
  expect(box.open(sealed, 'connector:1')).toBe('a token');
  expect(() => box.open(sealed, 'connector:2')).toThrow(/authenticate data/);
});

test('the same secret never looks the same twice', () => {
  const box = createSecretBox([NEW]);
  expect(box.seal('a token', 'x')).not.toBe(box.seal('a token', 'x'));
});

test('a changed text does not open', () => {
  const box = createSecretBox([NEW]);
  const sealed = box.seal('a token', 'x');
  const [version, id, payload = ''] = sealed.split('.');
  const bytes = Buffer.from(payload, 'base64url');
  bytes[14] = (bytes[14] ?? 0) ^ 1;
  expect(() => box.open(`${version}.${id}.${bytes.toString('base64url')}`, 'x')).toThrow(/authenticate data/);
});

test('after a change of keys old secrets open and new ones are sealed with the newest', () => {
  const sealedOld = createSecretBox([OLD]).seal('a token', 'x');
  const rotated = createSecretBox([NEW, OLD]);
  expect(rotated.open(sealedOld, 'x')).toBe('a token');
  expect(createSecretBox([NEW]).open(rotated.seal('another', 'x'), 'x')).toBe('another');
});

test('a secret of an unknown key names the setting to mend', () => {
  const sealed = createSecretBox([OLD]).seal('a token', 'x');
  expect(() => createSecretBox([NEW]).open(sealed, 'x')).toThrow(/TRAMONTANE_SECRET_KEY/);
});

test('a fingerprint is the same for the same text under the same key, and for nothing else', () => {
  const box = createSecretBox([NEW]);
  expect(box.fingerprint('a')).toBe(box.fingerprint('a'));
  expect(box.fingerprint('a')).not.toBe(box.fingerprint('b'));
  expect(box.fingerprint('a')).not.toBe(createSecretBox([OLD]).fingerprint('a'));
});
