import { parseArgs } from 'node:util';
import { parseCalls, type CallsCommand } from './call-arguments.ts';
import { parseChanges, type ChangesCommand } from './changes.ts';
import { parseKeys, type KeysCommand } from './key-arguments.ts';
import { parseSagas, type SagasCommand } from './saga-arguments.ts';

/** What the command line asked for. */
export type Command =
  | { readonly kind: 'start'; readonly demo: boolean }
  | { readonly kind: 'new'; readonly folder: string }
  | { readonly kind: 'migrate' }
  | KeysCommand
  | CallsCommand
  | ChangesCommand
  | SagasCommand
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'mistake'; readonly sentence: string };

export const HELP = `tramontane start [--no-demo]   start the Agents API and keep serving
tramontane new <folder>        write a new MCP server project there
tramontane migrate             bring the database's tables up to date, as a start does, and end
tramontane keys create <name>  make an API key and print it, this once
tramontane keys list           list the API keys that were made
tramontane keys revoke <name>  end an API key, by its name or id
tramontane calls list          list tool calls of which nobody knows whether they ran
tramontane calls check <conversation> <call>    ask the tool's server again, where it can tell
tramontane calls settle <conversation> <call>   say what you found out: --ran or --did-not-run
tramontane changes list        show what tool servers changed since their tools were pinned
tramontane changes approve <connector>   pin what its server says now
tramontane sagas list          list sagas that are parked: a step back failed, and waits for a person
tramontane sagas retry <id>    try a parked saga again, once its cause is mended
tramontane --version           print the version
tramontane --help              print this

start runs one conversation with the example company's MCP server first.
  --no-demo   only serve: no example server, no conversation

keys and changes work on the server's database, beside a running server too; docs/tenancy.md explains.
  create  --user, --workspace, --organization   whose it is (default: default)
          --role member|workspace_admin|organization_admin   what it may manage (default: member)
          --connectors shared|private_and_shared   which connectors it reaches (default: shared)
  list    --revoked   those that were ended too     --json

calls asks the running server of the settings.
  list    --settled   those that were settled too     --json
  settle  --note <text>   what the model and the history are told besides

sagas works on the database of the server that carries them, which DATABASE_URL names; docs/kit/sagas.md explains.
  --table <name>   where that server keeps them (default: mcp_sagas)
  list    --all   those that run or ended too     --json

Settings are environment variables: docs/configuration.md lists them.`;

/** Reads the arguments after the program's name. Never throws: what cannot be read is a mistake with its sentence. */
export function parseCommand(args: readonly string[]): Command {
  try {
    if (args[0] === 'keys') return parseKeys(args.slice(1));
    if (args[0] === 'calls') return parseCalls(args.slice(1));
    if (args[0] === 'changes') return parseChanges(args.slice(1));
    if (args[0] === 'sagas') return parseSagas(args.slice(1));
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'no-demo': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
    if (values.help === true) return { kind: 'help' };
    if (values.version === true) return { kind: 'version' };
    const [command, ...rest] = positionals;
    if (command === undefined) return { kind: 'help' };
    if (command === 'new') return parseNew(rest, values['no-demo'] === true);
    if (command !== 'start' && command !== 'migrate')
      return { kind: 'mistake', sentence: `There is no command "${command}". tramontane --help lists them.` };
    if (command === 'migrate' && values['no-demo'] === true) rest.push('--no-demo');
    if (rest.length > 0)
      return {
        kind: 'mistake',
        sentence: `${command} takes no "${rest.join(' ')}". tramontane --help lists what it takes.`,
      };
    if (command === 'migrate') return { kind: 'migrate' };
    return { kind: 'start', demo: values['no-demo'] !== true };
  } catch (error) {
    // parseArgs says which option it does not know.
    return {
      kind: 'mistake',
      sentence: `${error instanceof Error ? error.message : String(error)}. See tramontane --help.`,
    };
  }
}

function parseNew(rest: readonly string[], noDemo: boolean): Command {
  const [folder, ...more] = rest;
  if (folder === undefined || folder === '' || more.length > 0 || noDemo)
    return {
      kind: 'mistake',
      sentence: 'new takes one folder, which must be new or empty: tramontane new my-server',
    };
  return { kind: 'new', folder };
}
