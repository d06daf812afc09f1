import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { ROOT } from '../architecture/source-file.ts';

/**
 * Renders the chart's templates for the tests. There is no Helm to be had from npm, so this knows the part of Helm's
 * template language that the chart keeps to, and refuses the rest: `if`, `if not`, `range $key, $value := path`,
 * `range $value := path`, `with`, `end`, and paths piped through `quote`, `toYaml` and `nindent`.
 */
export function renderChart(chart: string, changes: (values: Values) => void = () => undefined): string {
  const values = parse(readFileSync(join(ROOT, chart, 'values.yaml'), 'utf8')) as Values;
  changes(values);
  const templates = globSync('templates/*.yaml', { cwd: join(ROOT, chart) }).sort();
  return templates
    .map(name => renderTemplate(readFileSync(join(ROOT, chart, name), 'utf8'), { Values: values }))
    .join('');
}

/** Values of the chart, as far as tests change them. */
export interface Values {
  servers: Record<string, unknown>;
  autoscaling: { enabled: boolean };
  networkPolicy: { enabled: boolean };
  imagePullSecrets: unknown[];
}

export function renderTemplate(template: string, root: unknown): string {
  const tokens = tokenize(template);
  const [text, rest] = renderBlock(tokens, { dot: root, variables: new Map([['$', root]]) }, false);
  if (rest.length > 0) throw new Error('an end without a beginning');
  return text;
}

type Token = { readonly text: string } | { readonly action: string };

interface Scope {
  readonly dot: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
}

/** Text and actions in turn; a dash inside the braces eats the white space beside it. */
function tokenize(template: string): Token[] {
  const tokens: Token[] = [];
  let eatNext = false;
  for (const part of template.split(/(\{\{.*?\}\})/)) {
    const action = /^\{\{(-?)\s*(.*?)\s*(-?)\}\}$/.exec(part);
    if (action === null) {
      tokens.push({ text: eatNext ? part.trimStart() : part });
      eatNext = false;
      continue;
    }
    const before = tokens.at(-1);
    if (action[1] === '-' && before !== undefined && 'text' in before)
      tokens[tokens.length - 1] = { text: before.text.trimEnd() };
    tokens.push({ action: action[2] ?? '' });
    eatNext = action[3] === '-';
  }
  return tokens;
}

/** Renders up to the end of the block, and returns what comes after it. */
function renderBlock(tokens: readonly Token[], scope: Scope, inside: boolean): [string, readonly Token[]] {
  let text = '';
  let rest = tokens;
  for (;;) {
    const [token, ...more] = rest;
    rest = more;
    if (token === undefined) {
      if (inside) throw new Error('a block without its end');
      return [text, rest];
    }
    if ('text' in token) text += token.text;
    else if (token.action === 'end') {
      if (!inside) return [text, [token, ...rest]];
      return [text, rest];
    } else if (/^(if|range|with) /.test(token.action)) {
      let after = rest;
      // Once for each element; what follows the block is the same every time.
      for (const entered of enter(token.action, scope)) {
        const [inner, left] = renderBlock(rest, entered, true);
        text += inner;
        after = left;
      }
      rest = after === rest ? skipBlock(rest) : after;
    } else text += show(token.action, scope);
  }
}

function skipBlock(tokens: readonly Token[]): readonly Token[] {
  let depth = 1;
  for (const [index, token] of tokens.entries()) {
    if (!('action' in token)) continue;
    if (/^(if|range|with) /.test(token.action)) depth += 1;
    if (token.action === 'end') depth -= 1;
    if (depth === 0) return tokens.slice(index + 1);
  }
  throw new Error('a block without its end');
}

/** The scopes in which a block is rendered: none, one, or one for each element. */
function enter(action: string, scope: Scope): Scope[] {
  const loop = /^range (?:(\$\w+), )?(\$\w+) := (\S+)$/.exec(action);
  if (loop !== null) {
    const [, key, name = '', path = ''] = loop;
    const over = look(path, scope) ?? [];
    // Go's range over a map goes by its sorted keys.
    const entries: [unknown, unknown][] = Array.isArray(over)
      ? [...over.entries()]
      : Object.entries(over).sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([index, value]) => ({
      dot: value,
      variables: new Map([...scope.variables, ...(key ? [[key, index] as const] : []), [name, value]]),
    }));
  }
  const [, word, not, path = ''] = /^(if|with) (not )?(\S+)$/.exec(action) ?? [];
  if (word === undefined) throw new Error(`not part of what the chart may use: ${action}`);
  const value = look(path, scope);
  const yes = isTrue(value) !== (not !== undefined);
  return yes ? [word === 'with' ? { ...scope, dot: value } : scope] : [];
}

function isTrue(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

function look(path: string, { dot, variables }: Scope): unknown {
  const [first = '', ...names] = path.split('.');
  if (first !== '' && !variables.has(first)) throw new Error(`not part of what the chart may use: ${path}`);
  let value = first === '' ? dot : variables.get(first);
  for (const name of names.filter(each => each !== ''))
    value = (value as Record<string, unknown> | undefined)?.[name];
  return value;
}

function show(action: string, scope: Scope): string {
  const [head = '', ...pipes] = action.split('|').map(part => part.trim());
  const asYaml = /^toYaml (\S+)$/.exec(head);
  const value = look(asYaml?.[1] ?? head, scope);
  // Helm would print <no value>.
  if (value === undefined || value === null) throw new Error(`${action} has no value`);
  let text = asYaml === null ? toText(value) : stringify(value).trimEnd();
  for (const pipe of pipes) {
    const indent = /^nindent (\d+)$/.exec(pipe);
    if (pipe === 'quote') text = JSON.stringify(text);
    else if (indent !== null) text = `\n${text.replaceAll(/^/gm, ' '.repeat(Number(indent[1])))}`;
    else throw new Error(`not part of what the chart may use: ${pipe}`);
  }
  return text;
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error('a list or a map where a text belongs');
}
