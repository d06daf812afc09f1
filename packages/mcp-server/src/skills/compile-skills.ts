import { compileStatic, type ListedResource } from '../definition/compile-resource.ts';
import { refuse } from '../definition/refuse.ts';
import type { Log } from '../log.ts';
import { toBase64 } from '../content.ts';
import { readText } from './file-text.ts';
import { toSkillEntry, type Skill, type SkillFile } from './skill.ts';

/** What a server needs of its skills to answer from. */
export interface CompiledSkills {
  /** Entries of skills/list, by the URI of their SKILL.md. */
  readonly entries: ReadonlyMap<string, object>;
  /** Every file, by its URI. */
  readonly files: ReadonlyMap<string, ListedResource>;
  /** Of them, those in resources/list: one for each skill. The others are found through its entry. */
  readonly listed: readonly ListedResource[];
  /** What is in a directory, by its URI; without a slash at the end. */
  readonly directories: ReadonlyMap<string, readonly object[]>;
}

/** @throws KitError `definition_invalid` for two skills at one path, or one file with two contents. */
export function compileSkills(skills: readonly Skill[], log: Log): CompiledSkills {
  const entries = new Map<string, object>();
  const names = new Map<string, string>();
  const digests = new Map<string, string>();
  const files = new Map<string, ListedResource>();
  for (const skill of skills) {
    const { uri, frontmatter } = skill;
    if (entries.has(uri)) refuse(`Skill ${uri}`, 'is given twice. Keep one of them.');
    entries.set(uri, toSkillEntry(skill));
    const other = names.get(frontmatter.name);
    if (other) log.warn({ skill: uri }, `Skill ${uri} has the same name as ${other}. Hosts may mix them up.`);
    names.set(frontmatter.name, uri);
    for (const file of skill.files) {
      // A nested skill's files are also files of the skill around it.
      if ((digests.get(file.uri) ?? file.digest) !== file.digest) {
        refuse(`Skill ${uri}`, `has a file ${file.path} that another skill around or in it has otherwise.`);
      }
      digests.set(file.uri, file.digest);
      // A SKILL.md is described by its own skill, not by one around it.
      if (!files.has(file.uri) || file.uri === uri) files.set(file.uri, compileFile(skill, file));
    }
  }
  const listed = [...files].flatMap(([uri, file]) => (entries.has(uri) ? [file] : []));
  return { entries, files, listed, directories: listDirectories(files) };
}

function compileFile({ uri: skillUri, frontmatter }: Skill, file: SkillFile): ListedResource {
  const { uri, bytes, mimeType } = file;
  const { name, description } = frontmatter;
  const text = readText(bytes);
  const contents = { uri, mimeType, ...(text === undefined ? { blob: toBase64(bytes) } : { text }) };
  return compileStatic({
    uri,
    ...(uri === skillUri ? { name, description } : { name: file.path.slice(file.path.lastIndexOf('/') + 1) }),
    mimeType,
    size: bytes.byteLength,
    read: () => contents,
  });
}

function listDirectories(files: ReadonlyMap<string, ListedResource>): ReadonlyMap<string, readonly object[]> {
  const directories = new Map<string, Map<string, object>>();
  const put = (uri: string, published: object): void => {
    const directory = uri.slice(0, uri.lastIndexOf('/'));
    // The scheme is no directory.
    if (directory.endsWith(':/') || directory.endsWith('/')) return;
    const children = directories.get(directory);
    if (children) {
      children.set(uri, published);
      return;
    }
    directories.set(directory, new Map([[uri, published]]));
    const name = decodeURIComponent(directory.slice(directory.lastIndexOf('/') + 1));
    put(directory, { uri: directory, name, mimeType: 'inode/directory' });
  };
  for (const [uri, { published }] of files) put(uri, published);
  return new Map([...directories].map(([uri, children]) => [uri, [...children.values()]]));
}
