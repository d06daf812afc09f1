import type { BenchContext } from './bench-context.ts';
import { LOAD_CORE } from './process-pinning.ts';

/** The Agents API under test, and what it works with. */
export interface AgentsClient {
  readonly pid: number;
  /** Sends JSON. @throws Error for a status other than 2xx. */
  post(path: string, body: object): Promise<Record<string, unknown>>;
  /** Milliseconds from sending JSON to the first bytes of the stream that hold `mark`. The rest is read too. */
  timeTo(mark: string, path: string, body: object): Promise<number>;
}

/** The scripted model, on the load's core: it is not what is measured. */
export async function openScriptedModel(context: BenchContext): Promise<string> {
  return (await context.open('peers/scripted-model.ts', [], LOAD_CORE)).url;
}

/** A kit server with so many tools, beside the model. */
export async function openTools(context: BenchContext, tools: number): Promise<string> {
  return (await context.open('peers/kit.ts', [`--tools=${tools}`], LOAD_CORE)).url;
}

export async function openAgentsServer(context: BenchContext, model: string): Promise<AgentsClient> {
  const { url, pid } = await context.open('peers/agents-server.ts', [`--model=${model}`]);
  return {
    pid,
    post: async (path, body) => (await (await send(url + path, body)).json()) as Record<string, unknown>,
    timeTo: (mark, path, body) => timeTo(mark, url + path, body),
  };
}

/** As `AgentsClient.timeTo`, of any address. */
export async function timeTo(mark: string, url: string, body: object): Promise<number> {
  const started = performance.now();
  const response = await send(url, body);
  let text = '';
  let ms: number | undefined;
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    if (ms === undefined && text.includes(mark)) ms = performance.now() - started;
  }
  if (ms === undefined) throw new Error(`${url} never said ${mark}: ${text.slice(0, 300)}`);
  return ms;
}

export async function send(url: string, body: object): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: 'Bearer key-of-the-bench', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response;
}
