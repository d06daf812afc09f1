import type { ActivateConnector } from '@tramontane/wire';
import type { Caller } from './caller.ts';
import { needsConfirmation, type JudgedTool } from './needs-confirmation.ts';
import type { CredentialHolder, CredentialLevel } from './credential.ts';

/** Which of a connector's tools are used, and which of them wait for a person. */
export type ToolRules = ActivateConnector;

/** What one level says of a connector. */
export interface ConnectorPreference {
  readonly level: CredentialLevel;
  readonly active: boolean;
  readonly rules: ToolRules;
}

export interface PreferenceStore {
  /** For each of these connectors what holds for the caller, nearest level first. */
  listFor(
    connectorIds: readonly string[],
    caller: Caller,
  ): Promise<ReadonlyMap<string, readonly ConnectorPreference[]>>;
  /** Rules that are left out stay as they are. `false` when the connector is gone. */
  save(
    connectorId: string,
    holder: CredentialHolder,
    change: { active: boolean; rules?: ToolRules },
  ): Promise<boolean>;
}

/** Whether a caller may use a connector, and if not, who has switched it off. */
export interface ConnectorStanding {
  readonly active: boolean;
  /** Levels above the caller that switched it off: their word is not the caller's to change. */
  readonly blockedBy: readonly ('workspace' | 'organization')[];
}

/** Nobody has to switch a connector on. Whoever switches it off does so for everyone below. */
export function standingOf(preferences: readonly ConnectorPreference[]): ConnectorStanding {
  const off = preferences.filter(({ active }) => !active).map(({ level }) => level);
  return { active: off.length === 0, blockedBy: off.filter(level => level !== 'user') };
}

/**
 * Whether a person has to allow a call of this tool. Each level's `skip_confirmation` is an exception to its own wish only:
 * nobody below or above takes back what another level asks for.
 * @param asked Names that the agent or the request lists.
 */
export function needsWord(
  tool: JudgedTool,
  asked: readonly string[],
  preferences: readonly ConnectorPreference[],
): boolean {
  if (needsConfirmation(tool, asked)) return true;
  return preferences.some(({ rules }) =>
    needsConfirmation(
      tool,
      [],
      [{ requires: rules.requires_confirmation ?? null, skips: rules.skip_confirmation ?? null }],
    ),
  );
}

/** A tool is used where no level leaves it out. */
export function isAllowed(preferences: readonly ConnectorPreference[], tool: string): boolean {
  return preferences.every(
    ({ rules: { include, exclude } }) => (!include || include.includes(tool)) && !exclude?.includes(tool),
  );
}
