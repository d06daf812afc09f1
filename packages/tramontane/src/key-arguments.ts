import { parseArgs } from 'node:util';
import { KEY_SCOPES, OPERATOR, ROLES, type Caller } from '@tramontane/agents';

/** What `tramontane keys …` asked for. */
export type KeysCommand =
  | { readonly kind: 'keys-create'; readonly name: string; readonly caller: Caller }
  | { readonly kind: 'keys-list'; readonly revoked: boolean; readonly json: boolean }
  | { readonly kind: 'keys-revoke'; readonly idOrName: string }
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly sentence: string };

/** Reads the arguments after `keys`. Throws what parseArgs throws: the sentence that names an unknown option. */
export function parseKeys(args: readonly string[]): KeysCommand {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      user: { type: 'string' },
      workspace: { type: 'string' },
      organization: { type: 'string' },
      role: { type: 'string' },
      connectors: { type: 'string' },
      revoked: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { help, ...options } = values;
  if (help === true) return { kind: 'help' };
  const [command, name, ...more] = positionals;
  const taken = OPTIONS.get(command ?? '') ?? [];
  const foreign = Object.keys(options).find(option => !taken.includes(option));
  switch (command) {
    case 'create':
    case 'list':
    case 'revoke':
      if (foreign !== undefined) return mistake(`keys ${command} takes no --${foreign}.`);
      break;
    default:
      return mistake('keys is followed by create, list or revoke.');
  }
  if (command === 'list') {
    if (name !== undefined) return mistake(`keys list takes no "${name}".`);
    return { kind: 'keys-list', revoked: options.revoked === true, json: options.json === true };
  }
  if (name === undefined || more.length > 0) {
    return mistake(
      command === 'create' ? 'keys create takes one name.' : 'keys revoke takes one id, or one name.',
    );
  }
  if (command === 'revoke') return { kind: 'keys-revoke', idOrName: name };
  return toCreate(name, options);
}

const OPTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['create', ['user', 'workspace', 'organization', 'role', 'connectors']],
  ['list', ['revoked', 'json']],
]);

function toCreate(
  name: string,
  given: { user?: string; workspace?: string; organization?: string; role?: string; connectors?: string },
): KeysCommand {
  const role = ROLES.find(candidate => candidate === (given.role ?? 'member'));
  if (!role) return mistake(`${given.role} is no role. Give one of ${ROLES.join(', ')}.`);
  const keyScope = KEY_SCOPES.find(candidate => candidate === (given.connectors ?? 'shared'));
  if (!keyScope) return mistake(`--connectors takes ${KEY_SCOPES.join(' or ')}.`);
  const caller: Caller = {
    organization: given.organization ?? OPERATOR.organization,
    workspace: given.workspace ?? OPERATOR.workspace,
    user: given.user ?? OPERATOR.user,
    role,
    keyScope,
  };
  return { kind: 'keys-create', name, caller };
}

function mistake(sentence: string): KeysCommand {
  return { kind: 'mistake', sentence: `${sentence} See tramontane --help.` };
}
