import { hash } from 'node:crypto';
import type { Connector, ConnectorAccess } from './connector.ts';
import { ToolServerFailure, type ListedTool, type ToolServers } from './tool-servers.ts';
import { remember } from './remember.ts';
import { compareWords, toPlace, toWord, type ServerWord, type ToolChange } from './tool-pins.ts';

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
  /** From the operator's file, the same in every workspace. */
  readonly isOperators: boolean;
  readonly pin: ToolPin;
}

export interface PinStore {
  /** Pins what is seen first, and answers with what is pinned. `undefined`: nothing is kept of this connector. */
  pin(
    connector: Pick<Connector, 'id' | 'workspace' | 'name' | 'visibility'>,
    word: ServerWord,
  ): Promise<ToolPin | undefined>;
  find(connector: Pick<Connector, 'id' | 'workspace'>): Promise<ToolPin | undefined>;
  saveSeen(connector: Pick<Connector, 'id' | 'workspace'>, seen: ServerWord | undefined): Promise<void>;
  /** What is seen becomes what is pinned, if it still is `seen`. False where it changed again meanwhile. */
  approve(connector: Pick<Connector, 'id' | 'workspace'>, seen: ServerWord): Promise<boolean>;
  /** Connectors of every workspace whose server says something else than what is pinned, oldest change first. */
  listChanged(): Promise<ChangedConnector[]>;
}

/**
 * Tool servers whose word is pinned when it is first heard. Under `block`, a tool that is new, renamed or changed is
 * out of sight until a person approves, and so are changed instructions; what stayed as it was goes on working. At another
 * address nothing stayed as it was.
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
  /** What waits for approval, by connector and address, as of the last list. */
  const waiting = new Map<string, Waiting>();
  /** Words that were as pinned at the last look. Every turn lists its tools, and almost always nothing is new. */
  const asPinned = new Map<string, { readonly digest: string; readonly until: number }>();

  /** Of a list that is handed out again and again: read once. */
  const heard = new WeakMap<
    readonly ListedTool[],
    Heard & { server: string; instructions: string | undefined }
  >();

  function hear(listing: Awaited<ReturnType<ToolServers['list']>>, server: string): Heard {
    const { tools, instructions } = listing;
    const known = heard.get(tools);
    if (known?.server === server && known.instructions === instructions) return known;
    const word = toWord(listing, server);
    const digest = hash('sha256', JSON.stringify(word), 'base64');
    const fresh = { word, digest, server, instructions };
    heard.set(tools, fresh);
    return fresh;
  }

  async function replacePin(connector: Connector, word: ServerWord): Promise<void> {
    await pins.saveSeen(connector, word);
    await pins.approve(connector, word);
  }

  async function judge(connector: Connector, { word, digest }: Heard): Promise<readonly ToolChange[]> {
    const key = `${connector.workspace} ${connector.id}`;
    const last = asPinned.get(key);
    if (last?.digest === digest && performance.now() < last.until) return [];
    const changes = await compare(connector, word);
    if (changes.length > 0) asPinned.delete(key);
    else remember(asPinned, key, { digest, until: performance.now() + LOOK_AGAIN_MS }, MAX_REMEMBERED);
    return changes;
  }

  async function compare(connector: Connector, word: ServerWord): Promise<readonly ToolChange[]> {
    const pin = await pins.pin(connector, word);
    if (!pin) return [];
    const changes = compareWords(pin.pinned, word);
    if (changes.length === 0) {
      // It was pinned before addresses were: the one it has now is taken.
      if (pin.pinned.server === undefined) await replacePin(connector, word);
      else if (pin.seen) await pins.saveSeen(connector, undefined);
      return [];
    }
    const isNews = !pin.seen || compareWords(pin.seen, word).length > 0;
    if (options.policy === 'accept') {
      await replacePin(connector, word);
      return [];
    }
    if (isNews) {
      await pins.saveSeen(connector, word);
      options.onChange(connector, changes);
    }
    return changes;
  }

  async function listSeen(
    connector: Connector,
    access: ConnectorAccess,
    how: Parameters<ToolServers['list']>[2],
  ): Promise<{ listing: Awaited<ReturnType<ToolServers['list']>>; held: Waiting }> {
    const listing = await servers.list(connector, access, how);
    const changes = await judge(connector, hear(listing, connector.config.server));
    const held = toWaiting(changes, listing.tools);
    remember(waiting, keyOf(connector), held, MAX_REMEMBERED);
    return { listing, held };
  }

  return {
    async list(connector, access, how) {
      const { listing, held } = await listSeen(connector, access, how);
      if (options.policy !== 'block') return listing;
      const { instructions, ...rest } = listing;
      const tools = listing.tools.filter(({ name }) => !held.tools.has(name));
      return { ...rest, tools, ...(instructions !== undefined && !held.instructions && { instructions }) };
    },
    async call(connector, access, call) {
      if (options.policy === 'block') {
        // Nobody listed its tools yet, here and at this address: what they are now may not be what was approved.
        const held =
          waiting.get(keyOf(connector)) ?? (await listSeen(connector, access, { signal: call.signal })).held;
        if (held.tools.has(call.tool)) throw heldBack(connector, call.tool);
      }
      return servers.call(connector, access, call);
    },
    health: (...asked) => servers.health(...asked),
    isTrusted: connector => servers.isTrusted(connector),
  };
}

/** What a server says, and a digest of all of it. */
interface Heard {
  readonly word: ServerWord;
  readonly digest: string;
}

interface Waiting {
  readonly tools: ReadonlySet<string>;
  readonly instructions: boolean;
}

/**
 * For so long a word that was as pinned is not looked up again. What may be pinned meanwhile, by another process or a
 * person, is another word, which this process hears of from the server itself.
 */
const LOOK_AGAIN_MS = 5_000;
const MAX_REMEMBERED = 1_000;

function keyOf({ id, config }: Connector): string {
  return JSON.stringify([id, toPlace(config.server)]);
}

function toWaiting(changes: readonly ToolChange[], listed: readonly ListedTool[]): Waiting {
  if (changes.some(({ kind }) => kind === 'moved'))
    return { tools: new Set(listed.map(({ name }) => name)), instructions: true };
  const names = changes.flatMap(change =>
    change.kind === 'added' || change.kind === 'renamed' || change.kind === 'changed' ? [change.tool] : [],
  );
  return { tools: new Set(names), instructions: changes.some(({ kind }) => kind === 'instructions') };
}

function heldBack(connector: Connector, tool: ListedTool['name']): ToolServerFailure {
  const message = `The tool ${tool} of ${connector.name} is not as it was when it was pinned, and waits for approval: GET /v1/connectors/${connector.id}/tool_changes shows what changed.`;
  return new ToolServerFailure('tool_changed', message, { mayHaveRun: false });
}
