import { openApiKeys, readConfig, type ApiKey, type OpenedApiKeys } from '@tramontane/agents';
import type { KeysCommand } from './key-arguments.ts';
import { toTable } from './table.ts';

type Asked = Extract<KeysCommand, { kind: `keys-${string}` }>;

export interface KeysOutput {
  /** What was asked for, and nothing else: a program may read it. */
  readonly out: (text: string) => void;
  /** What a person should know about it. */
  readonly say: (sentence: string) => void;
  /** Columns a table may have. */
  readonly width: number;
}

/** Carries out `tramontane keys …` on the database of the settings. Returns the exit code. */
export async function runKeys(
  command: Asked,
  environment: NodeJS.ProcessEnv,
  output: KeysOutput,
): Promise<number> {
  const keys = await openApiKeys(readConfig(environment));
  try {
    return await carryOut(command, keys, output);
  } finally {
    await keys.close();
  }
}

async function carryOut(command: Asked, keys: OpenedApiKeys, { out, say, width }: KeysOutput) {
  switch (command.kind) {
    case 'keys-create': {
      const outcome = await keys.create(command.name, command.caller);
      if (!outcome.ok) return refuse(outcome.sentence, say);
      out(outcome.key);
      const { user, workspace, organization, role } = outcome.made.caller;
      say(
        `Key ${command.name} opens workspace ${workspace} of organization ${organization} to user ${user}, ${role}.`,
      );
      say('It is shown this once and stored as a hash only. Keep it now.');
      return 0;
    }
    case 'keys-list': {
      const found = await keys.list({ revoked: command.revoked });
      if (command.json) out(JSON.stringify(found.map(toRow), null, 2));
      else if (found.length === 0)
        say('No keys are stored. Keys of TRAMONTANE_API_KEYS are not listed here.');
      else out(toTable(found.map(toRow), { width, limit: found.length }));
      return 0;
    }
    case 'keys-revoke': {
      const outcome = await keys.revoke(command.idOrName);
      if (!outcome.ok) return refuse(outcome.sentence, say);
      const { name, id, caller } = outcome.revoked;
      say(
        `Key ${name} (${id}) of workspace ${caller.workspace} is revoked. Servers stop taking it within a second.`,
      );
      return 0;
    }
  }
}

function toRow({ id, name, caller, fingerprint, createdAt, revokedAt }: ApiKey) {
  return {
    id,
    name,
    user: caller.user,
    workspace: caller.workspace,
    organization: caller.organization,
    role: caller.role,
    connectors: caller.keyScope,
    fingerprint,
    created: createdAt.toISOString(),
    ...(revokedAt && { revoked: revokedAt.toISOString() }),
  };
}

function refuse(sentence: string, say: (sentence: string) => void): number {
  say(sentence);
  return 1;
}
