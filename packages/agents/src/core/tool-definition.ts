import { createHash } from 'node:crypto';
import type { Connector } from './connector.ts';
import type { ListedTool } from './tool-servers.ts';

/**
 * A digest of what a person who allows a call is shown or relies on: which tool at which address, and all that its server
 * says of it. A tool that says something else now is another tool.
 */
export function definitionOf(connector: Connector, tool: ListedTool): string {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool;
  const said = [
    connector.id,
    connector.config.server,
    name,
    title ?? null,
    description ?? null,
    sorted(inputSchema),
    sorted(outputSchema ?? null),
    sorted(annotations ?? null),
  ];
  return createHash('sha256').update(JSON.stringify(said)).digest('base64url');
}

/** The order of keys says nothing, and some servers change it from list to list. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
