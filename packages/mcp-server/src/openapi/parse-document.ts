import { parseDocument as parseYaml } from 'yaml';
import { refuse } from '../definition/refuse.ts';

export type Json = Readonly<Record<string, unknown>>;

/** An OpenAPI document, of which only the version was looked at. */
export interface ApiDocument {
  readonly root: Json;
  /** Its schemas are JSON Schema 2020-12; those of 3.0 have words of their own. */
  readonly is31: boolean;
}

const MAX_CHARACTERS = 10_000_000;
/** A document of some kB could unfold to any size. */
const MAX_ALIASES = 1000;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * Reads JSON or YAML, or takes what is read already.
 *
 * @throws KitError `definition_invalid`
 */
export function parseApiDocument(api: string, document: string | Json): ApiDocument {
  const subject = `The document of the API "${api}"`;
  const root = typeof document === 'string' ? parseText(subject, document) : document;
  if (!isJson(root))
    return refuse(subject, 'is not an object. Give an OpenAPI document of version 3.0 or 3.1.');
  const version = textOf(root['openapi']);
  if (!/^3\.[01](\.|$)/.test(version)) {
    const found = version || (textOf(root['swagger']) ? `Swagger ${textOf(root['swagger'])}` : 'none');
    refuse(
      subject,
      `has the version ${found}. Give an OpenAPI document of version 3.0 or 3.1; converters exist.`,
    );
  }
  return { root, is31: version.startsWith('3.1') };
}

function parseText(subject: string, text: string): unknown {
  if (text.length > MAX_CHARACTERS) refuse(subject, `is longer than ${MAX_CHARACTERS} characters.`);
  try {
    if (/^\s*\{/.test(text)) return JSON.parse(text);
    const parsed = parseYaml(text, { logLevel: 'silent', uniqueKeys: false });
    const [problem] = parsed.errors;
    if (problem !== undefined) throw problem;
    return parsed.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    return refuse(subject, `is neither JSON nor YAML: ${reason}`);
  }
}

/** Follows `$ref` within the document, and nowhere else: a document counts as coming from outside. */
export function resolveReference(root: Json, value: unknown): unknown {
  let current = value;
  for (let step = 0; isJson(current) && typeof current['$ref'] === 'string'; step += 1) {
    if (step > 50) throw new Unsupported('a $ref that leads back to itself');
    current = lookUp(root, current['$ref']);
  }
  return current;
}

function lookUp(root: Json, reference: string): unknown {
  if (!reference.startsWith('#/'))
    throw new Unsupported(`a $ref out of the document (${reference.slice(0, 80)}), which is not followed`);
  let current: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    const owner: unknown = current;
    current = isJson(owner) || Array.isArray(owner) ? ownValue(owner, key) : undefined;
  }
  if (current === undefined) throw new Unsupported(`a $ref to nothing (${reference.slice(0, 80)})`);
  return current;
}

function ownValue(owner: object, key: string): unknown {
  return Object.hasOwn(owner, key) ? (owner as Record<string, unknown>)[key] : undefined;
}

/** Ends the reading of one operation; the others go on. The message continues "it has …". */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}
