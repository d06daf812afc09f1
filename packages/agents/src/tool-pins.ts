import type { Config } from './config.ts';
import type { ChangedConnector } from './core/pinned-servers.ts';
import { compareWords, markWord, type ToolChange, type ToolMark } from './core/tool-pins.ts';
import { openDatabaseServer } from './database-server.ts';
import { openCommandAudit } from './open-lines.ts';
import { openDatabase } from './store/database.ts';
import { createPinStore } from './store/pin-store.ts';

/** Tools that changed at their servers since they were pinned, for the operator of the database. */
export interface OpenedToolPins {
  list(): Promise<(ChangedConnector & { changes: readonly ToolChange[]; marks: readonly ToolMark[] })[]>;
  /** Pins what is there now. False where no connector of this id or name changed, or it changed again meanwhile. */
  approve(idOrName: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Beside a server that runs on the database of these settings, or without one. */
export async function openToolPins(config: Config): Promise<OpenedToolPins> {
  const opened = new AsyncDisposableStack();
  try {
    const audit = await openCommandAudit(config, opened);
    const { url } = await openDatabaseServer(config, opened);
    const database = await openDatabase(url, { maxConnections: 1, onError: () => undefined });
    opened.defer(() => database.close());
    const pins = createPinStore(database.db);
    return {
      async list() {
        return (await pins.listChanged()).map(changed => {
          const { pinned, seen = pinned } = changed.pin;
          return { ...changed, changes: compareWords(pinned, seen), marks: markWord(seen) };
        });
      },
      async approve(idOrName) {
        const found = (await pins.listChanged()).filter(
          ({ id, name }) => id === idOrName || name === idOrName,
        );
        // A name may stand in several workspaces; nobody approves of one without knowing which. The operator's is one server.
        if (found.length !== 1 && !found.every(({ isOperators }) => isOperators)) return false;
        const approved = await Promise.all(
          found.map(async each => {
            const isApproved = each.pin.seen !== undefined && (await pins.approve(each, each.pin.seen));
            const { id: connector_id, name, workspace } = each;
            if (isApproved) audit('changes approve', { connector_id, name, workspace });
            return isApproved;
          }),
        );
        return approved.length > 0 && approved.every(Boolean);
      },
      close: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}
