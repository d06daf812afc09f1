import { readFileSync } from 'node:fs';
import { ROOT } from '../architecture/source-file.ts';

export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** The instructions of a Dockerfile in their order, comments aside. Continued lines are one instruction. */
export function readDockerfile(path: string): readonly Instruction[] {
  return readFileSync(`${ROOT}${path}`, 'utf8')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('#'))
    .map(line => {
      const [name = '', ...rest] = line.split(' ');
      return { name, rest: rest.join(' ').trim() };
    });
}

/** Instructions that make up a stage: those of the stages it is built on first. */
export function stageOf(instructions: readonly Instruction[], wanted: string | undefined) {
  const stages: { name: string | undefined; from: string; own: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instruction.name === 'FROM') {
      const [from = '', , name] = instruction.rest.split(/\s+/);
      stages.push({ name, from, own: [] });
    } else stages.at(-1)?.own.push(instruction);
  }
  const collect = (stage: (typeof stages)[number] | undefined): { image: string; steps: Instruction[] } => {
    if (stage === undefined) throw new Error(`the Dockerfile has no stage ${String(wanted)}`);
    const base = stages.find(({ name }) => name === stage.from);
    if (base === undefined) return { image: stage.from, steps: stage.own };
    const { image, steps } = collect(base);
    return { image, steps: [...steps, ...stage.own] };
  };
  return collect(wanted === undefined ? stages.at(-1) : stages.find(({ name }) => name === wanted));
}

/** The last instruction of a name in exec form, as its list of words. */
export function execForm(steps: readonly Instruction[], name: string): readonly string[] {
  const text = steps.findLast(step => step.name === name)?.rest ?? '[]';
  const words: unknown = JSON.parse(text.slice(text.indexOf('[')));
  if (!Array.isArray(words) || words.some(word => typeof word !== 'string'))
    throw new Error(`${name} is not in exec form: ${text}`);
  return words as string[];
}

/** Every variable that ENV sets. */
export function environmentOf(steps: readonly Instruction[]): Record<string, string> {
  const pairs = steps.filter(({ name }) => name === 'ENV').flatMap(({ rest }) => rest.split(/\s+/));
  return Object.fromEntries(pairs.map(pair => pair.split('=', 2) as [string, string]));
}
