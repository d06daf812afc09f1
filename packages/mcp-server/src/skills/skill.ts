/** Extension of MCP 2026-07-28 (SEP-2640; modelcontextprotocol/ext-skills, specification/stable/skills). */
export const SKILLS_EXTENSION = 'io.modelcontextprotocol/skills';

export const SKILL_FILE = 'SKILL.md';

/** What every host has to take ("Limits"). */
export const MOST_SKILL_FILES = 512;
export const MOST_SKILL_BYTES = 16 * 1024 * 1024;

/** As the author wrote it, as JSON. */
export interface SkillFrontmatter {
  readonly name: string;
  readonly description: string;
  readonly [field: string]: unknown;
}

/** A file of a skill, with what a host checks it by. */
export interface SkillFile {
  /** From the skill's folder on, with `/`. */
  readonly path: string;
  readonly uri: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
  /** `sha256:` and 64 hex digits, of `bytes`. */
  readonly digest: string;
}

/** A checked skill; hand it to `createMcpServer`. Made by `defineSkill` and `loadSkills`. */
export interface Skill {
  /** Of its SKILL.md, as in `skill://acme/refunds/SKILL.md`. */
  readonly uri: string;
  readonly frontmatter: SkillFrontmatter;
  /** All of them, SKILL.md first. */
  readonly files: readonly SkillFile[];
}

/** As in skills/list and skills/get ("Skill Entries"). */
export function toSkillEntry({ uri, frontmatter, files }: Skill): object {
  const resources = files.map(file => ({ uri: file.uri, digest: file.digest, size: file.bytes.byteLength }));
  return { uri, frontmatter, resources };
}
