import { ApiError, forbidden, notFound } from './api-error.ts';
import type { Caller } from './caller.ts';
import { checkMayChange } from './connector-rights.ts';
import type { Connector } from './connector.ts';
import type { ChangePolicy, PinStore, ToolPin } from './pinned-servers.ts';
import type { ConnectorStore } from './ports.ts';
import { compareWords, markWord, type ToolChange, type ToolMark } from './tool-pins.ts';

/** What changed at a connector's server since it was pinned (`/v1/connectors/{connector}/tool_changes`). */
export interface ToolTrust {
  show(caller: Caller, idOrName: string): Promise<ToolChanges>;
  /** Pin what is seen now. Answers with what was approved of. */
  approve(caller: Caller, idOrName: string): Promise<readonly ToolChange[]>;
}

export interface ToolChanges {
  readonly connector: Connector;
  readonly policy: ChangePolicy;
  readonly pinnedAt: Date | undefined;
  readonly seenAt: Date | undefined;
  readonly changes: readonly ToolChange[];
  readonly marks: readonly ToolMark[];
}

export function createToolTrust(ports: {
  readonly connectors: ConnectorStore;
  readonly pins: PinStore;
  readonly policy: ChangePolicy;
}): ToolTrust {
  const get = async (caller: Caller, idOrName: string) => {
    const connector = await ports.connectors.find(caller, idOrName);
    if (!connector) throw notFound('connector', idOrName);
    return connector;
  };
  return {
    async show(caller, idOrName) {
      const connector = await get(caller, idOrName);
      const pin = await ports.pins.find(connector);
      return {
        connector,
        policy: ports.policy,
        pinnedAt: pin?.pinnedAt,
        seenAt: pin?.seenAt,
        changes: changesOf(pin),
        marks: pin ? markWord(pin.seen ?? pin.pinned) : [],
      };
    },
    async approve(caller, idOrName) {
      const connector = await get(caller, idOrName);
      checkMayApprove(caller, connector);
      const pin = await ports.pins.find(connector);
      if (!pin?.seen) return [];
      if (await ports.pins.approve(connector, pin.seen)) return changesOf(pin);
      const message = `The tools of ${connector.name} changed again meanwhile. Look at the changes once more.`;
      throw new ApiError('conflict', message);
    },
  };
}

function checkMayApprove(caller: Caller, connector: Connector): void {
  const { id, name, visibility } = connector;
  if (visibility !== 'shared_global') return checkMayChange(caller, connector);
  throw forbidden(
    `Connector ${name} is the operator's, who approves of its changes with: tramontane changes approve ${id}`,
  );
}

function changesOf(pin: ToolPin | undefined): ToolChange[] {
  return pin?.seen ? compareWords(pin.pinned, pin.seen) : [];
}
