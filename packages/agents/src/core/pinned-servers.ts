import type { Connector } from './connector.ts';
import { ToolServerFailure, type ListedTool, type ToolServers } from './ports.ts';
import { compareWords, toWord, type ServerWord, type ToolChange } from './tool-pins.ts';

/** What happens when a tool server says something else of its tools than when it was first seen. */
export const CHANGE_POLICIES = ['accept', 'warn', 'block'] as const;
export type ChangePolicy = (typeof CHANGE_POLICIES)[number];

export interface ToolPin {
  readonly pinned: ServerWord;
  /** What it says now, where that is something else. */
  readonly seen: ServerWord | undefined;
  readonly pinnedAt: Date;
  readonly seenAt: Date | undefined;
}

export interface ChangedConnector {
  readonly id: string;
  readonly name: string;
  readonly workspace: string;
  readonly pin: ToolPin;
}

export interface PinStore {
  /** Pins what is seen first, and answers with what is pinned. `undefined`: the connector is not stored. */
  pin(connector: Pick<Connector, 'id' | 'workspace'>, word: ServerWord): Promise<ToolPin | undefined>;
  find(connector: Pick<Connector, 'id' | 'workspace'>): Promise<ToolPin | undefined>;
  saveSeen(connector: Pick<Connector, 'id' | 'workspace'>, seen: ServerWord | undefined): Promise<void>;
  /** What is seen becomes what is pinned, if it still is `seen`. False where it changed again meanwhile. */
  approve(connector: Pick<Connector, 'id' | 'workspace'>, seen: ServerWord): Promise<boolean>;
  /** Connectors of every workspace whose server says something else than what is pinned, oldest change first. */
  listChanged(): Promise<ChangedConnector[]>;
}

/**
 * Tool servers whose word is pinned when it is first heard. Under `block`, a tool that is new, renamed or changed is
 * out of sight until a person approves, and so are changed instructions; what stayed as it was goes on working.
 */
export function createPinnedServers(
  servers: ToolServers,
  pins: PinStore,
  options: {
    readonly policy: ChangePolicy;
    /** Told once for each change that is seen. */
    readonly onChange: (connector: Connector, changes: readonly ToolChange[]) => void;
  },
): ToolServers {
  /** Tools that wait for approval, by connector, as of the last list. */
  const waiting = new Map<string, ReadonlySet<string>>();

  async function judge(connector: Connector, word: ServerWord): Promise<readonly ToolChange[]> {
    const pin = await pins.pin(connector, word);
    if (!pin) return [];
    const changes = compareWords(pin.pinned, word);
    if (changes.length === 0) {
      if (pin.seen) await pins.saveSeen(connector, undefined);
      return [];
    }
    const isNews = !pin.seen || compareWords(pin.seen, word).length > 0;
    if (options.policy === 'accept') {
      if (isNews) await pins.saveSeen(connector, word);
      await pins.approve(connector, word);
      return [];
    }
    if (isNews) {
      await pins.saveSeen(connector, word);
      options.onChange(connector, changes);
    }
    return changes;
  }

  return {
    async list(connector, access, how) {
      const listing = await servers.list(connector, access, how);
      const changes = await judge(connector, toWord(listing));
      if (options.policy !== 'block') return listing;
      const names = new Set(changes.flatMap(change => (holdsBack(change) ? [change.tool] : [])));
      waiting.set(connector.id, names);
      const tools = listing.tools.filter(({ name }) => !names.has(name));
      const { instructions, ...rest } = listing;
      const isNewText = changes.some(({ kind }) => kind === 'instructions');
      return { ...rest, tools, ...(instructions !== undefined && !isNewText && { instructions }) };
    },
    async call(connector, access, call) {
      if (waiting.get(connector.id)?.has(call.tool)) throw heldBack(connector, call.tool);
      return servers.call(connector, access, call);
    },
    health: (...asked) => servers.health(...asked),
    isTrusted: connector => servers.isTrusted(connector),
  };
}

function holdsBack(
  change: ToolChange,
): change is Extract<ToolChange, { kind: 'added' | 'renamed' | 'changed' }> {
  return change.kind === 'added' || change.kind === 'renamed' || change.kind === 'changed';
}

function heldBack(connector: Connector, tool: ListedTool['name']): ToolServerFailure {
  const message = `The tool ${tool} of ${connector.name} is not as it was when it was pinned, and waits for approval: GET /v1/connectors/${connector.id}/tool_changes shows what changed.`;
  return new ToolServerFailure('tool_changed', message, { mayHaveRun: false });
}
