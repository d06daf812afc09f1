import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { refuse } from '../definition/refuse.ts';
import { checkLimits, defineSkill } from './define-skill.ts';
import { SKILL_FILE, type Skill } from './skill.ts';

export interface LoadSkillsOptions {
  readonly signal?: AbortSignal;
}

interface FoundFile {
  readonly path: string;
  readonly size: number;
}

const DEEPEST = 16;
/** A folder with more in it is not one of skills, but a mistake. */
const MOST_ENTRIES = 20_000;

/**
 * Loads every skill below a folder: each folder with a SKILL.md is one, at its path from there on; the folder itself,
 * if it has one, is one at its own name. What is in it is read once; load again and `server.update({ skills })` for
 * changes. Names that begin with a dot, and links, are left out: a link could lead out of the folder.
 *
 * @throws KitError `definition_invalid`, naming the skill and what to change; what `node:fs` throws if it cannot be read.
 */
export async function loadSkills(
  folder: string,
  { signal }: LoadSkillsOptions = {},
): Promise<readonly Skill[]> {
  const root = resolve(folder);
  const files = await findFiles(root, signal);
  const skills: Skill[] = [];
  for (const { path } of files) {
    if (path !== SKILL_FILE && !path.endsWith(`/${SKILL_FILE}`)) continue;
    const within = path.slice(0, -SKILL_FILE.length);
    const skillPath = within === '' ? basename(root) : within.slice(0, -1);
    const own = files.filter(file => file.path.startsWith(within));
    // Before anything is read, so that a huge file costs no memory.
    const bytes = own.reduce((total, file) => total + file.size, 0);
    checkLimits(`Skill ${JSON.stringify(skillPath)}`, own.length, bytes);
    const contents: Record<string, Uint8Array> = {};
    for (const file of own) {
      contents[file.path.slice(within.length)] = await readFile(join(root, file.path), { signal });
    }
    skills.push(defineSkill({ path: skillPath, files: contents }));
  }
  return skills;
}

/** All files below, in a stable order. */
async function findFiles(root: string, signal: AbortSignal | undefined): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = [];
  let entries = 0;
  const walk = async (path: string, depth: number): Promise<void> => {
    signal?.throwIfAborted();
    if (depth > DEEPEST) refuse(`The folder ${JSON.stringify(path)}`, `lies deeper than ${DEEPEST} folders.`);
    const children = await readdir(join(root, path), { withFileTypes: true });
    entries += children.length;
    if (entries > MOST_ENTRIES) refuse(`The folder ${root}`, `holds more than ${MOST_ENTRIES} entries.`);
    for (const child of children.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (child.name.startsWith('.')) continue;
      const childPath = path === '' ? child.name : `${path}/${child.name}`;
      if (child.isDirectory()) await walk(childPath, depth + 1);
      else if (child.isFile())
        found.push({ path: childPath, size: (await stat(join(root, childPath))).size });
    }
  };
  await walk('', 0);
  return found;
}
