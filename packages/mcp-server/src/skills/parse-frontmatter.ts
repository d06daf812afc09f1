import { parse } from 'yaml';
import { refuse } from '../definition/refuse.ts';
import type { SkillFrontmatter } from './skill.ts';

const FRONTMATTER = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;
/** Frontmatter is in every listing, so it must be small. */
const LONGEST = 16_384;
/** An alias can make a small text expand without end. */
const MOST_ALIASES = 20;

const NAME = /^(?!.*--)[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const LONGEST_DESCRIPTION = 1024;
const LONGEST_COMPATIBILITY = 500;
/** For metadata that extensions of MCP define; none is ("Frontmatter"). */
const RESERVED = 'io.modelcontextprotocol/';

/**
 * Reads what stands at the start of a SKILL.md, and checks it by the Agent Skills specification.
 *
 * @param subject names the skill in errors.
 * @throws KitError `definition_invalid`
 */
export function parseFrontmatter(subject: string, text: string): SkillFrontmatter {
  const yaml = FRONTMATTER.exec(text)?.[1];
  if (yaml === undefined)
    refuse(subject, 'does not begin with frontmatter: YAML between two lines of "---".');
  if (yaml.length > LONGEST) refuse(subject, `has frontmatter of more than ${LONGEST} characters.`);
  const fields = parseYaml(subject, yaml);
  const { name, description, compatibility, metadata } = fields;
  if (typeof name !== 'string' || !NAME.test(name)) {
    refuse(subject, 'needs a "name" of 1 to 64 of a-z, 0-9 and single hyphens, none of them first or last.');
  }
  if (typeof description !== 'string' || !description.trim() || description.length > LONGEST_DESCRIPTION) {
    refuse(
      subject,
      `needs a "description" of 1 to ${LONGEST_DESCRIPTION} characters: what it does, and when.`,
    );
  }
  if (
    compatibility !== undefined &&
    (typeof compatibility !== 'string' || !compatibility || compatibility.length > LONGEST_COMPATIBILITY)
  ) {
    refuse(subject, `has a "compatibility" that is no text of 1 to ${LONGEST_COMPATIBILITY} characters.`);
  }
  const reserved = isFields(metadata) && Object.keys(metadata).find(key => key.startsWith(RESERVED));
  if (reserved) refuse(subject, `has "metadata" with ${JSON.stringify(reserved)}, which is kept for MCP.`);
  return { ...fields, name, description };
}

function parseYaml(subject: string, yaml: string): Readonly<Record<string, unknown>> {
  let fields: unknown;
  try {
    fields = parse(yaml, { maxAliasCount: MOST_ALIASES, logLevel: 'error' });
  } catch (cause) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    refuse(subject, `has frontmatter that is not valid YAML: ${reason}`);
  }
  if (!isFields(fields))
    refuse(subject, 'has frontmatter that is not a list of fields, as in "name: refunds".');
  // The host compares field by field with what it reads itself; NaN would come to it as null.
  if (!isJson(fields)) refuse(subject, 'has frontmatter with a value that JSON cannot carry.');
  return fields;
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return isFields(value) && Object.values(value).every(isJson);
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
