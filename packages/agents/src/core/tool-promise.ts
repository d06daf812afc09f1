import type { ListedTool } from './tool-servers.ts';

/** The tool's server says that a call changes nothing. */
export function isReadOnly(tool: ListedTool): boolean {
  return tool.annotations?.['readOnlyHint'] === true;
}

/**
 * Sent twice under one key, a call does nothing twice. What a server says of itself is a hint; only the operator's word
 * makes it safe to rely on.
 */
export function isRepeatable(tool: ListedTool, isTrusted: boolean): boolean {
  return isTrusted && (isReadOnly(tool) || tool.takesIdempotencyKey);
}
