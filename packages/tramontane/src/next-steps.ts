import type { Screen } from './screen.ts';

/** Where the key of the running server comes from. `first` is the key itself: shown only when it was generated, on a terminal. */
export interface ApiKey {
  readonly source: 'environment' | 'file';
  readonly file?: string | undefined;
  readonly first: string;
}

export interface NextSteps {
  readonly url: string;
  readonly apiKey: ApiKey;
  /** The example server, and the file with its token; without a file the token is that of `MCP_SECRET_TOKEN`. */
  readonly company: { readonly url: string; readonly tokenFile: string | undefined } | undefined;
  /** The demo's agent, or undefined when there was no demo: then the lines name a model. */
  readonly agentId: string | undefined;
  readonly question: string;
}

/** Prints how to use the server from here: its address, the key's place, and three things to paste. */
export function printNextSteps(screen: Screen, steps: NextSteps): void {
  screen.title('Use it');
  screen.row('URL', steps.url);
  screen.row('API key', toKeyPlace(screen, steps.apiKey));
  if (steps.company !== undefined) screen.row('company', toCompanyPlace(steps.company));
  screen.title('curl');
  screen.line(toCurl(steps));
  screen.title('TypeScript (npm install @mistralai/mistralai; save as ask.mjs, run node ask.mjs)');
  screen.line(toTypeScript(steps));
  screen.title('Python (pip install mistralai; checked on the wire only)');
  screen.line(toPython(steps));
}

function toKeyPlace(screen: Screen, key: ApiKey): string {
  if (key.source === 'environment') return 'as set in TRAMONTANE_API_KEYS';
  const place = `in ${key.file} (only its owner may read it)`;
  return screen.terminal ? `${key.first}\n${place}` : place;
}

function toCompanyPlace({ url, tokenFile }: NonNullable<NextSteps['company']>): string {
  return `${url}/mcp, token ${tokenFile === undefined ? 'as set in MCP_SECRET_TOKEN' : `in ${tokenFile}`}`;
}

/** A command for a POSIX shell. The key is read where it lies, so that none gets into a shell's history. */
export function toCurl(steps: NextSteps): string {
  const key =
    steps.apiKey.source === 'file'
      ? `$(cat ${toShellWord(steps.apiKey.file ?? '')})`
      : '$(printf %s "$TRAMONTANE_API_KEYS" | cut -d, -f1)';
  const body = JSON.stringify({ ...toTarget(steps, 'agent_id'), inputs: steps.question });
  return [
    `curl -s ${steps.url}/v1/conversations \\`,
    `  -H "Authorization: Bearer ${key}" \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d ${toShellWord(body)}`,
  ].join('\n');
}

/** A JavaScript module for the official client; TypeScript reads it as well. */
export function toTypeScript(steps: NextSteps): string {
  const file = steps.apiKey.source === 'file';
  const key = file
    ? `readFileSync(${JSON.stringify(steps.apiKey.file)}, 'utf8').trim()`
    : "process.env.TRAMONTANE_API_KEYS.split(',')[0]";
  return [
    ...(file ? ["import { readFileSync } from 'node:fs';"] : []),
    "import { Mistral } from '@mistralai/mistralai';",
    `const apiKey = ${key};`,
    `const client = new Mistral({ serverURL: '${steps.url}', apiKey });`,
    'const answer = await client.beta.conversations.start({',
    ...Object.entries(toTarget(steps, 'agentId')).map(([name, value]) => `  ${name}: '${value}',`),
    `  inputs: ${JSON.stringify(steps.question)},`,
    '});',
    'console.log(answer.outputs);',
  ].join('\n');
}

/** A Python program for the official client. */
export function toPython(steps: NextSteps): string {
  const file = steps.apiKey.source === 'file';
  const key = file
    ? `open(${JSON.stringify(steps.apiKey.file)}).read().strip()`
    : 'os.environ["TRAMONTANE_API_KEYS"].split(",")[0]';
  return [
    ...(file ? [] : ['import os']),
    'from mistralai.client import Mistral',
    `api_key = ${key}`,
    `client = Mistral(server_url="${steps.url}", api_key=api_key)`,
    'answer = client.beta.conversations.start(',
    ...Object.entries(toTarget(steps, 'agent_id')).map(([name, value]) => `    ${name}="${value}",`),
    `    inputs=${JSON.stringify(steps.question)},`,
    ')',
    'print(answer.outputs)',
  ].join('\n');
}

function toTarget(steps: NextSteps, agentKey: string): Record<string, string> {
  return steps.agentId === undefined ? { model: 'mistral-medium-latest' } : { [agentKey]: steps.agentId };
}

function toShellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
