// A model that answers at once, so that what is measured is what is around it. OpenAI's chat completions, plain and
// streamed. The model's name says what it does: `ten-calls` asks for `add` ten times, one after another, and then
// answers; `words` answers; `slow` takes 300 ms to its first token.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { SLOW_MS, TEN_CALLS, TEN_DONE } from '../agent-runs.ts';
import { tellParent } from './tell-parent.ts';

interface Message {
  readonly role: string;
  readonly content?: unknown;
}

const server = createServer((message, response) => {
  answer(message, response).catch((error: unknown) => response.writeHead(400).end(String(error)));
});
server.listen(0, '127.0.0.1', () => {
  tellParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
});

async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(message);
  if (message.method === 'GET') return reply(response, false, { object: 'list', data: [] });
  // A long conversation is not parsed: its reader would be the model.
  const model = /"model":"([^"]*)"/.exec(body)?.[1] ?? '';
  const stream = /"stream":true/.test(body);
  if (model === 'slow') await wait(SLOW_MS);
  reply(
    response,
    stream,
    model === TEN_CALLS ? afterTools(body) : { content: 'A short answer of a few words.' },
  );
}

/** @throws Error when a tool did not answer with a sum. */
function afterTools(body: string): object {
  const { messages } = JSON.parse(body) as { messages: readonly Message[] };
  const results = messages.filter(({ role }) => role === 'tool');
  const wrong = results.find(({ content }) => !JSON.stringify(content).includes('sum'));
  if (wrong) throw new Error(`A tool answered ${JSON.stringify(wrong.content)}.`);
  if (results.length === 10) return { content: TEN_DONE };
  const call = { name: 'add', arguments: JSON.stringify({ a: results.length, b: 1 }) };
  return {
    tool_calls: [{ index: 0, id: `call_${results.length}`, type: 'function', function: call }],
  };
}

function reply(response: ServerResponse, stream: boolean, said: object): void {
  const finish_reason = 'tool_calls' in said ? 'tool_calls' : 'stop';
  const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
  const head = { id: 'cmpl-1', created: 1_750_000_000, model: 'bench' };
  if (!stream) {
    const choices = [{ index: 0, message: { role: 'assistant', content: null, ...said }, finish_reason }];
    const body = 'data' in said ? said : { ...head, object: 'chat.completion', choices, usage };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    return;
  }
  const chunk = (more: object) =>
    `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...more })}\n\n`;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(
    chunk({ choices: [{ index: 0, delta: { role: 'assistant', ...said }, finish_reason: null }] }),
  );
  response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason }] }));
  response.end(`${chunk({ choices: [], usage })}data: [DONE]\n\n`);
}
