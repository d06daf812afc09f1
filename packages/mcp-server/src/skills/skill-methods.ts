import type { Method } from '../engine/era.ts';
import { invalidParams } from '../engine/faults.ts';
import { refuseCursor, toPages } from '../engine/pages.ts';
import { quote } from '../quote.ts';
import type { CompiledSkills } from './compile-skills.ts';

type PagesByCursor = readonly (readonly [unknown, string])[];

/** How the era writes results that may be kept; `about` goes into the `_meta` of the others. */
export interface SkillAnswers {
  readonly pageSize: number;
  readonly about: object;
  readonly toCacheable: (pages: PagesByCursor) => Method;
}

/** skills/list, skills/get and resources/directory/read. */
export function createSkillMethods(
  { entries, directories }: CompiledSkills,
  { pageSize, about, toCacheable }: SkillAnswers,
): readonly (readonly [string, Method])[] {
  const one = new Map(
    [...entries].map(([uri, entry]) => [uri, toCacheable([[undefined, `"skill":${JSON.stringify(entry)}`]])]),
  );
  const get: Method = (params, meta, id) => {
    const { uri } = params;
    const found = typeof uri === 'string' ? one.get(uri) : undefined;
    if (found) return found({}, meta, id);
    return {
      fault: invalidParams(`No skill is served at ${quote(String(uri))}. Give the URI of a SKILL.md.`),
    };
  };
  const tail = `,"_meta":${JSON.stringify(about)}}`;
  const readDirectory: Method = params => {
    const { uri, cursor } = params;
    const children = typeof uri === 'string' ? directories.get(uri) : undefined;
    if (children === undefined) {
      return { fault: invalidParams(`${quote(String(uri))} is not a directory of a skill.`) };
    }
    const page = toPages('resources', children, pageSize).get(cursor);
    if (page === undefined) return { fault: refuseCursor(params) };
    return { result: `{"resultType":"complete",${page}${tail}` };
  };
  return [
    ['skills/list', toCacheable([...toPages('skills', [...entries.values()], pageSize)])],
    ['skills/get', get],
    ['resources/directory/read', readDirectory],
  ];
}
