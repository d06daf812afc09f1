import { expect, test } from 'vitest';
import { OPERATOR } from '@tramontane/agents';
import { parseCommand } from './arguments.ts';

test.each([
  [['start'], { kind: 'start', demo: true }],
  [['start', '--no-demo'], { kind: 'start', demo: false }],
  [['--no-demo', 'start'], { kind: 'start', demo: false }],
  [['new', 'my-server'], { kind: 'new', folder: 'my-server' }],
  [['migrate'], { kind: 'migrate' }],
  [['start', '--help'], { kind: 'help' }],
  [[], { kind: 'help' }],
  [['--version'], { kind: 'version' }],
  [['keys', '--help'], { kind: 'help' }],
  [['keys', 'list'], { kind: 'keys-list', revoked: false, json: false }],
  [['keys', 'revoke', 'ci'], { kind: 'keys-revoke', idOrName: 'ci' }],
  [
    ['keys', 'create', 'ci', '--role', 'workspace_admin', '--user', 'ann'],
    {
      kind: 'keys-create',
      name: 'ci',
      caller: { ...OPERATOR, user: 'ann', role: 'workspace_admin', keyScope: 'shared' },
    },
  ],
])('%j', (args, command) => {
  expect(parseCommand(args)).toEqual(command);
});

test.each([
  [['serve'], 'serve'],
  [['start', '--nodemo'], '--nodemo'],
  [['start', 'now'], 'now'],
  [['migrate', 'now'], 'migrate takes no'],
  [['migrate', '--no-demo'], 'migrate takes no'],
  [['new'], 'folder'],
  [['new', 'one', 'two'], 'one folder'],
  [['keys'], 'create, list or revoke'],
  [['keys', 'constructor', '--json'], 'create, list or revoke'],
  [['keys', 'create'], 'one name'],
  [['keys', 'create', 'k', '--role', 'king'], 'king is no role'],
  [['keys', 'create', 'k', '--connectors', 'all'], '--connectors takes'],
  [['keys', 'create', 'k', '--json'], 'takes no --json'],
  [['keys', 'list', 'all'], 'takes no'],
  [['keys', 'revoke', 'a', 'b'], 'one id'],
])('%j is a mistake that names what was not understood', (args, named) => {
  const command = parseCommand(args);
  expect(command.kind).toBe('mistake');
  expect(JSON.stringify(command)).toContain(named);
});
