import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { ROOT } from '../architecture/source-file.ts';
import { readExports, type ExportedName } from './read-exports.ts';

export const REFERENCE = 'docs/kit/reference.md';

const KINDS: readonly (readonly [ExportedName['kind'], string])[] = [
  ['function', 'Functions'],
  ['class', 'Classes'],
  ['value', 'Values'],
  ['type', 'Types'],
];

/** The reference of the kit: every exported name with its doc comment and declaration. */
export async function renderReference(): Promise<string> {
  const { name, exports } = JSON.parse(readFileSync(`${ROOT}packages/mcp-server/package.json`, 'utf8')) as {
    name: string;
    exports: Record<string, Record<string, string>>;
  };
  const parts = Object.entries(exports).map(([path, targets]) =>
    renderPart(
      `${name}${path.slice(1)}`,
      readExports(`packages/mcp-server/${targets['@tramontane/source']?.slice(2)}`),
    ),
  );
  const page = [
    '# Reference of the MCP server kit',
    '',
    '`npm run docs:kit` makes this page from the doc comments of the source. [The guide](guide.md) shows how things go',
    'together.',
    '',
    ...parts,
  ].join('\n');
  const filepath = `${ROOT}${REFERENCE}`;
  return format(page, { ...(await resolveConfig(filepath)), filepath });
}

function renderPart(module: string, names: readonly ExportedName[]): string {
  const sections = KINDS.flatMap(([kind, title]) => {
    const ofKind = names.filter(one => one.kind === kind);
    return ofKind.length === 0 ? [] : [`### ${title}\n`, ...ofKind.map(renderName)];
  });
  return [`## ${module}\n`, ...sections].join('\n');
}

function renderName({ name, doc, code }: ExportedName): string {
  return [`#### ${name}`, '', toMarkdown(doc), '', '```typescript', code, '```', ''].join('\n');
}

/** Tags of doc comments become sentences of their own; examples are compiled where they are run, in the guide. */
function toMarkdown(doc: string): string {
  return doc
    .replaceAll(/^```ts$/gm, '```typescript')
    .replaceAll(/^@throws (\w+)/gm, '\n**Throws** `$1`')
    .replaceAll(/^@throws /gm, '\n**Throws** ')
    .replaceAll(/^@returns /gm, '\n**Returns** ')
    .replaceAll(/^@param (\w+) /gm, '\n`$1`: ');
}
