import { ConnectionError } from './connection-error.ts';
import type { Dialect, RawListing } from './dialect.ts';
import { type Flight, startFlight } from './flight.ts';
import { type ToolListing, parseToolDefinitions } from './tool-definitions.ts';
import { MAX_ANSWER_BYTES } from './watched-fetch.ts';

const LIST_TTL_MS = 5 * 60_000;
/** A list that nobody could confirm for a day is of no use any more. */
const MAX_STALE_MS = 24 * 60 * 60_000;

export interface ListingCacheOptions {
  readonly now: () => number;
  readonly closed: AbortSignal;
  readonly fetch: (signal: AbortSignal) => Promise<{ source: Dialect; raw: RawListing }>;
}

export interface ListingCache {
  /** The last list that was read, fresh or not. */
  readonly last: ToolListing | undefined;
  /**
   * The list, from the cache while it is fresh. When the server does not answer and no new list was insisted on, the last
   * one comes back marked as stale: a tool that is missing for a moment looks to a model like one that never was.
   */
  read(signal: AbortSignal, refresh: boolean): Promise<ToolListing>;
  /** To be read anew when somebody wants it. */
  forget(): void;
  /** The server told of a change, or may have told of one unheard. */
  expire(): void;
}

export function createListingCache({ now, closed, fetch }: ListingCacheOptions): ListingCache {
  let cached: { listing: ToolListing; expiresAt: number } | undefined;
  let reading: Flight<ToolListing> | undefined;
  /** Counts changes, so that a list that was under way meanwhile is not taken for new. */
  let changes = 0;

  async function fetchListing(signal: AbortSignal): Promise<ToolListing> {
    const before = changes;
    const { source, raw } = await fetch(signal);
    const { tools, problems } = parseToolDefinitions(raw.items, source.name);
    const fetchedAt = now();
    const found: ToolListing = {
      tools,
      dialect: source.name,
      protocolVersion: source.protocolVersion,
      ...(source.serverName === undefined ? {} : { serverName: source.serverName }),
      ...(source.instructions === undefined ? {} : { instructions: source.instructions }),
      fetchedAt,
      size: sizeOf(raw.items),
      problems: [...raw.problems, ...problems],
    };
    const lastsMs = changes === before ? Math.max(0, raw.ttlMs ?? LIST_TTL_MS) : -Infinity;
    cached = { listing: found, expiresAt: fetchedAt + lastsMs };
    return found;
  }

  function flight(): Flight<ToolListing> {
    if (reading !== undefined && !reading.abandoned) return reading;
    const started = startFlight(closed, fetchListing);
    reading = started;
    void started.landed.then(() => {
      if (reading === started) reading = undefined;
    });
    return started;
  }

  return {
    get last() {
      return cached?.listing;
    },
    async read(signal, refresh) {
      if (!refresh && cached !== undefined && now() < cached.expiresAt) return cached.listing;
      try {
        return await flight().join(signal);
      } catch (error) {
        const last = cached?.listing;
        const isUsable = last !== undefined && !refresh && now() - last.fetchedAt < MAX_STALE_MS;
        if (!(error instanceof ConnectionError) || (error.code === 'closed' && closed.aborted) || !isUsable)
          throw error;
        const stale: ToolListing = { ...last, stale: { code: error.code, message: error.message } };
        if (cached?.listing === last) cached = { ...cached, listing: stale };
        return stale;
      }
    },
    forget() {
      cached = undefined;
    },
    expire() {
      changes += 1;
      // The old definitions still tell which arguments go into headers until the new ones are here.
      if (cached !== undefined) cached = { ...cached, expiresAt: -Infinity };
    },
  };
}

function sizeOf(items: readonly unknown[]): number {
  try {
    return JSON.stringify(items).length;
  } catch {
    // Nested so deep that it can be read and not written again.
    return MAX_ANSWER_BYTES;
  }
}
