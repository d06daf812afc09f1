import { createHash } from 'node:crypto';
import { refuse } from '../definition/refuse.ts';
import { readText, toMediaType } from './file-text.ts';
import { parseFrontmatter } from './parse-frontmatter.ts';
import {
  MOST_SKILL_BYTES,
  MOST_SKILL_FILES,
  SKILL_FILE,
  type Skill,
  type SkillFile,
  type SkillFrontmatter,
} from './skill.ts';

export interface SkillDefinition {
  /** Where it stands among the server's skills, as in `acme/billing/refunds`; its name alone unless given. */
  readonly path?: string;
  /** Texts or bytes by their paths from the skill's folder on; `SKILL.md` has to be there. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

const PREFIX = /^[A-Za-z0-9._~-]+$/;

/**
 * Declares a skill: instructions for a model, with the files that go with them. Unlike tools it is checked at once, and
 * digests are taken of copies, so that nothing changes between what is listed and what is read.
 *
 * @throws KitError `definition_invalid`, naming the skill and what to change.
 */
export function defineSkill({ path, files: given }: SkillDefinition): Skill {
  const subject = `Skill ${JSON.stringify(path ?? SKILL_FILE)}`;
  const contents = Object.entries(given).map(
    ([name, content]) =>
      [name, typeof content === 'string' ? Buffer.from(content) : Buffer.from(content)] as const,
  );
  checkLimits(subject, contents.length, sum(contents.map(([, bytes]) => bytes.byteLength)));
  const main = contents.find(([name]) => name === SKILL_FILE)?.[1];
  if (main === undefined) refuse(subject, `has no ${SKILL_FILE}. Every skill begins with it.`);
  const text = readText(main);
  if (text === undefined) refuse(subject, `has a ${SKILL_FILE} that is not UTF-8 text.`);
  const frontmatter = parseFrontmatter(subject, text);
  const root = `skill://${checkPath(subject, path ?? frontmatter.name, frontmatter)}`;
  const sorted = contents.toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return {
    uri: `${root}/${SKILL_FILE}`,
    frontmatter,
    files: sorted.map(([name, bytes]): SkillFile => ({
      path: name,
      uri: `${root}/${toUriPath(subject, name)}`,
      mimeType: toMediaType(name, bytes),
      bytes,
      digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    })),
  };
}

/** @throws KitError `definition_invalid` for a skill that hosts need not take ("Limits"). */
export function checkLimits(subject: string, files: number, bytes: number): void {
  if (files > MOST_SKILL_FILES) {
    refuse(subject, `has ${files} files. Hosts take ${MOST_SKILL_FILES}; make several skills of it.`);
  }
  if (bytes > MOST_SKILL_BYTES) {
    refuse(subject, `has ${bytes} bytes. Hosts take ${MOST_SKILL_BYTES}; leave out what is large.`);
  }
}

/** The last part is the name, so that it can be told from the URI alone ("Resource Mapping"). */
function checkPath(subject: string, path: string, { name }: SkillFrontmatter): string {
  const parts = path.split('/');
  if (parts.at(-1) !== name) {
    refuse(subject, `is named ${JSON.stringify(name)}, so its folder has to be named so, too.`);
  }
  if (!parts.every(part => PREFIX.test(part) && part !== '.' && part !== '..')) {
    refuse(subject, 'stands at a path that cannot be in a URI. Use A-Z a-z 0-9 . _ ~ - between slashes.');
  }
  return path;
}

function toUriPath(subject: string, path: string): string {
  const parts = path.split('/');
  if (parts.some(part => part === '' || part === '.' || part === '..' || !part.isWellFormed())) {
    refuse(
      subject,
      `has a file ${JSON.stringify(path)}. Give a path below the skill's folder, with slashes.`,
    );
  }
  return parts.map(encodeURIComponent).join('/');
}

function rank(path: string): number {
  return path === SKILL_FILE ? 0 : 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
