import { globSync, readFileSync } from 'node:fs';
import { renderConfiguration } from '../../packages/agents/src/config.ts';
import { ROOT } from '../architecture/source-file.ts';

/** Pages that are made from the code: `npm run docs` writes them, a test compares. */
export const GENERATED_PAGES: Readonly<Record<string, () => string>> = {
  'docs/configuration.md': renderConfiguration,
  'docs/decisions/README.md': renderDecisions,
};

/** Every document of the repository that people read, by its path from the root. */
export function readPages(): ReadonlyMap<string, string> {
  const paths = globSync(['*.md', 'docs/**/*.md', 'examples/*/README.md', 'packages/*/README.md'], {
    cwd: ROOT,
  });
  return new Map(
    paths.map(path => path.replaceAll('\\', '/')).map(path => [path, readFileSync(`${ROOT}${path}`, 'utf8')]),
  );
}

/** The code blocks of a page in one language. */
export function codeBlocks(page: string, language: string): readonly string[] {
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, written]) => written === language)
    .map(([, , code]) => code ?? '');
}

function renderDecisions(): string {
  const records = globSync('docs/decisions/[0-9]*.md', { cwd: ROOT })
    .map(path => path.replaceAll('\\', '/'))
    .sort();
  const lines = records.map(path => {
    const title = /^# (.+)$/m.exec(readFileSync(`${ROOT}${path}`, 'utf8'))?.[1] ?? path;
    return `- [${title}](${path.slice('docs/decisions/'.length)})`;
  });
  return [
    '# Decisions',
    '',
    'One file a decision, numbered in order: what was decided, why, what it costs, and what would make us change it. A',
    'decision that is replaced stays, with a link to its successor. `npm run docs` writes this list.',
    '',
    ...lines,
    '',
  ].join('\n');
}
