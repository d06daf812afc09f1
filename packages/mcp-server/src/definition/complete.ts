/** What a completion may look at beside the letters typed so far. */
export interface CompleteContext {
  readonly signal: AbortSignal;
  /** Values of the other arguments or template variables that are chosen already. */
  readonly arguments: Readonly<Record<string, string>>;
}

/**
 * Suggests values that begin, or go on, with what was typed. The first 100 are sent (MCP, server/utilities/completion).
 */
export type Complete = (
  value: string,
  context: CompleteContext,
) => readonly string[] | Promise<readonly string[]>;
