import { expect, test } from 'vitest';
import { parseCommand } from './arguments.ts';

test.each([
  [['start'], { kind: 'start', demo: true }],
  [['start', '--no-demo'], { kind: 'start', demo: false }],
  [['--no-demo', 'start'], { kind: 'start', demo: false }],
  [['new', 'my-server'], { kind: 'new', folder: 'my-server' }],
  [['start', '--help'], { kind: 'help' }],
  [[], { kind: 'help' }],
  [['--version'], { kind: 'version' }],
])('%j', (args, command) => {
  expect(parseCommand(args)).toEqual(command);
});

test.each([
  [['serve'], 'serve'],
  [['start', '--nodemo'], '--nodemo'],
  [['start', 'now'], 'now'],
  [['new'], 'folder'],
  [['new', 'one', 'two'], 'one folder'],
])('%j is a mistake that names what was not understood', (args, named) => {
  const command = parseCommand(args);
  expect(command.kind).toBe('mistake');
  expect(JSON.stringify(command)).toContain(named);
});
