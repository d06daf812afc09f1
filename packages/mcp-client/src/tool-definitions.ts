import type { ConnectionErrorCode } from './connection-error.ts';
import { headerFault } from './header-parameters.ts';
import { isRecord } from './json.ts';
import { formFault } from './schema-form.ts';
import { referenceFault } from './schema-references.ts';

/** Who a list of tools came from: an MCP server of either era, or the guide's REST form. */
export type DialectName = 'mcp-2026' | 'mcp-2025' | 'rest';

export interface ToolAnnotations {
  title?: string;
  readOnlyHint?: boolean;
  destructiveHint?: boolean;
  idempotentHint?: boolean;
  openWorldHint?: boolean;
}

export interface ToolIcon {
  src: string;
  mimeType?: string;
  sizes?: string[];
}

export interface ToolDefinition {
  name: string;
  title?: string;
  description?: string;
  /** JSON Schema of an object, as the server sent it. */
  inputSchema: Record<string, unknown>;
  outputSchema?: Record<string, unknown>;
  /** The server's own claims. They prove nothing. */
  annotations?: ToolAnnotations;
  icons?: ToolIcon[];
  /** `_meta["io.tramontane/idempotent"]`: a call may be repeated with the same key without a second effect. */
  takesIdempotencyKey: boolean;
  meta?: Record<string, unknown>;
}

export interface ToolListing {
  readonly tools: readonly ToolDefinition[];
  readonly dialect: DialectName;
  /** `2026-07-28`, `2025-11-25`, …; for the REST form the version in its path, `v1`. */
  readonly protocolVersion: string;
  readonly serverName?: string;
  readonly instructions?: string;
  /** Milliseconds since 1970. */
  readonly fetchedAt: number;
  /** Characters of the definitions, as they came. */
  readonly size: number;
  /** What was left out of the server's list and why, for people. */
  readonly problems: readonly string[];
  /** The server did not answer when it was asked again: this is the list of `fetchedAt`. */
  readonly stale?: { readonly code: ConnectionErrorCode; readonly message: string };
}

export const MAX_TOOLS = 2_000;
/** Names that both eras of the specification allow; model vendors allow no more than these either. */
const TOOL_NAME = /^[A-Za-z0-9_./-]{1,128}$/;

/**
 * The usable definitions of a server's list, in its order. One bad definition never costs the others.
 * Both spellings of the schema are read: `inputSchema` (MCP) and `input_schema` (the guide's REST form).
 */
export function parseToolDefinitions(
  raw: readonly unknown[],
  dialect: DialectName,
): {
  tools: ToolDefinition[];
  problems: string[];
} {
  const tools = new Map<string, ToolDefinition>();
  const problems: string[] = [];
  for (const [index, item] of raw.entries()) {
    if (tools.size >= MAX_TOOLS) {
      problems.push(`The server lists more than ${MAX_TOOLS} tools; the rest was left out.`);
      break;
    }
    const parsed = parseToolDefinition(item, dialect);
    if (typeof parsed === 'string') problems.push(`${label(item, index)} was left out: ${parsed}.`);
    else if (tools.has(parsed.name))
      problems.push(`Tool "${parsed.name}" is listed more than once; the first was kept.`);
    else tools.set(parsed.name, parsed);
  }
  return { tools: [...tools.values()], problems };
}

function label(item: unknown, index: number): string {
  const name = isRecord(item) ? item['name'] : undefined;
  return typeof name === 'string' ? `Tool "${name.slice(0, 80)}"` : `Tool number ${index + 1}`;
}

/** The definition, or what is wrong with it. */
function parseToolDefinition(item: unknown, dialect: DialectName): ToolDefinition | string {
  if (!isRecord(item)) return 'its definition is not an object';
  const { name } = item;
  if (typeof name !== 'string') return 'it has no name';
  if (!TOOL_NAME.test(name))
    return 'its name may only have letters, digits, and _ . / -, at most 128 of them';
  const schema = item['inputSchema'] ?? item['input_schema'];
  if (!isRecord(schema)) return 'it has no input schema';
  // A schema without a type is common and its meaning is plain: arguments are always an object.
  if (schema['type'] !== undefined && schema['type'] !== 'object')
    return 'its input schema is not that of an object';
  const fault =
    referenceFault(schema) ?? formFault(schema) ?? (dialect === 'mcp-2026' ? headerFault(schema) : undefined);
  if (fault !== undefined) return fault;
  const outputSchema = item['outputSchema'] ?? item['output_schema'];
  const annotations = parseAnnotations(item['annotations']);
  const icons = parseIcons(item['icons']);
  const meta = item['_meta'];
  return {
    name,
    ...textMember('title', item['title']),
    ...textMember('description', item['description']),
    inputSchema: { ...schema, type: 'object' },
    ...(isRecord(outputSchema) ? { outputSchema } : {}),
    ...(annotations === undefined ? {} : { annotations }),
    ...(icons.length === 0 ? {} : { icons }),
    takesIdempotencyKey: isRecord(meta) && meta['io.tramontane/idempotent'] === true,
    ...(isRecord(meta) ? { meta } : {}),
  };
}

function textMember<Name extends string>(name: Name, value: unknown): { [Key in Name]?: string } {
  return typeof value === 'string' ? ({ [name]: value } as { [Key in Name]: string }) : {};
}

const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const;

function parseAnnotations(value: unknown): ToolAnnotations | undefined {
  if (!isRecord(value)) return undefined;
  const annotations: ToolAnnotations = textMember('title', value['title']);
  for (const hint of HINTS) {
    const claim = value[hint];
    // Only a real boolean counts: "false" as text must not read as a claim.
    if (typeof claim === 'boolean') annotations[hint] = claim;
  }
  return annotations;
}

function parseIcons(value: unknown): ToolIcon[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).flatMap(icon => {
    const { src, mimeType, sizes } = icon;
    if (typeof src !== 'string') return [];
    const isList = Array.isArray(sizes) && sizes.every(size => typeof size === 'string');
    return [{ src, ...(typeof mimeType === 'string' ? { mimeType } : {}), ...(isList ? { sizes } : {}) }];
  });
}
