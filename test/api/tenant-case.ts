import type { Json } from './shapes.ts';

/** Ids and names by which a tenant's things are asked for. */
export interface Things {
  readonly model: string;
  readonly agent: string;
  readonly otherAgent: string;
  readonly agentName: string;
  readonly conversation: string;
  readonly entry: string;
  /** A conversation that waits for a confirmation, and the call. */
  readonly waiting: string;
  readonly waitingCall: string;
  /** A conversation that waits for the result of a function, and the call. */
  readonly asking: string;
  readonly askingCall: string;
  /** A conversation with a call that got no answer, and the call. */
  readonly stuck: string;
  readonly stuckCall: string;
  readonly connector: string;
  readonly connectorName: string;
  readonly credentials: string;
  readonly alias: string;
  readonly secret: string;
  readonly agentCursor: string;
  readonly connectorCursor: string;
}

export interface Ask {
  readonly path: string;
  readonly body?: Json;
}

/** What to ask an endpoint for: with things of `of`, by somebody who has `mine`. */
export interface Case {
  /** What stands in it of somebody's: agents are shared in their workspace, the rest here is private. */
  readonly names: 'agent' | 'conversation' | 'connector';
  readonly asks: (of: Things, mine: Things) => Ask[];
}

/** A read of this path. */
export const path = (text: string): Ask => ({ path: text });
