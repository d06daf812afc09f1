import type { Tool } from '../definition/define-tool.ts';
import type { Log } from '../log.ts';
import { checkDesign } from './check-design.ts';
import type { DesignRule } from './design-finding.ts';

/** A server of a thousand tools of one make would fill the log with one sentence. */
const MOST_LINES = 20;

/** Writes what `checkDesign` finds as warnings. */
export function logDesign(tools: readonly Tool[], off: readonly DesignRule[], log: Log): void {
  const found = checkDesign(tools, { off });
  for (const { rule, tool, message } of found.slice(0, MOST_LINES)) {
    log.warn({ rule, ...(tool !== undefined && { tool }) }, message);
  }
  if (found.length > MOST_LINES) {
    log.warn(
      {},
      `${found.length - MOST_LINES} more remarks on the design of the tools; checkDesign(tools) has all.`,
    );
  }
}
