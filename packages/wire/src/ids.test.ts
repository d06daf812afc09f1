import { expect, test } from 'vitest';
import { formatId, formatToolCallId } from './ids.ts';

const hex = '0198c0de000070008000abcdef012345';

test.each([
  ['agent', `ag_${hex}`],
  ['conversation', `conv_${hex}`],
  ['message', `msg_${hex}`],
  ['functionCall', `fc_${hex}`],
  ['toolExecution', `tool_exec_${hex}`],
  ['handoff', `handoff_${hex}`],
] as const)('an id of kind %s is %s (1.3)', (kind, id) => {
  expect(formatId(kind, hex)).toBe(id);
});

test.each(['', hex.toUpperCase(), `${hex}0`, '0198c0de-0000-7000-8000-abcdef012345', `${hex}\n`])(
  'no id is built from %j',
  text => {
    expect(() => formatId('agent', text)).toThrow(expect.objectContaining({ code: 'invalid_id' }));
    expect(() => formatToolCallId(text)).toThrow(expect.objectContaining({ code: 'invalid_id' }));
  },
);

test('a tool call id has nine letters and digits, and differs for calls of the same moment (1.3)', () => {
  const ids = Array.from({ length: 500 }, (_, i) =>
    formatToolCallId(`0198c0de00007000${i.toString(16).padStart(16, '0')}`),
  );
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
  expect(new Set(ids).size).toBe(500);
  expect(formatToolCallId('0'.repeat(32))).toBe('000000000');
});
