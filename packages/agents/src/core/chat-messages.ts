import type { Chunk, Content, Entry } from '@tramontane/engine';
import type { ChatMessage } from '@tramontane/wire';
import { ApiError, wrongField, type FieldProblem } from './api-error.ts';
import { hasQuestion } from './check-inputs.ts';
import { createCallId, createId } from './ids.ts';

type Message<R extends ChatMessage['role']> = Extract<ChatMessage, { role: R }>;
type ChatChunk = Exclude<NonNullable<Message<'user'>['content']>, string>[number];

/** The messages of a chat completion as what a run starts from. */
export interface GivenChat {
  /** System messages, joined: models take them at the start only. */
  readonly instructions: string;
  readonly entries: readonly Entry[];
}

/** @throws ApiError for results that fit no call, and for content that this server cannot hand on. */
export function toGivenChat(messages: readonly ChatMessage[], now: Date): GivenChat {
  const at = now.toISOString();
  const system: string[] = [];
  const entries: Entry[] = [];
  const calls = createCallNames();
  for (const [index, message] of messages.entries()) {
    const loc = ['body', 'messages', index] as const;
    switch (message.role) {
      case 'system':
        system.push(toSystemText(message.content));
        break;
      case 'user':
        entries.push({
          kind: 'message.input',
          id: createId('message'),
          createdAt: at,
          role: 'user',
          content: toContent(message.content ?? '', loc),
          prefix: false,
        });
        break;
      case 'assistant':
        for (const entry of toAnswer(message, at, calls, loc)) entries.push(entry);
        break;
      case 'tool':
        entries.push({
          kind: 'function.result',
          id: createId('functionResult'),
          createdAt: at,
          callId: calls.answer(message, loc),
          result: toResultText(message.content),
        });
        break;
    }
  }
  const waiting = calls.waiting();
  if (waiting.length > 0) {
    throw new ApiError(
      'calls_open',
      `Tool calls wait for their results: ${waiting.join(', ')}. Send a message of the role tool for each.`,
    );
  }
  if (!hasQuestion(entries)) {
    throw wrongField(
      ['body', 'messages'],
      'There is nothing to answer: give a message of the user.',
      'missing',
    );
  }
  return { instructions: system.filter(text => text !== '').join('\n\n'), entries };
}

/** Ids of calls as the run knows them: clients use the same id again in a later answer, or give none at all. */
interface CallNames {
  open(call: { id: string; name: string }): string;
  answer(message: Message<'tool'>, loc: FieldProblem['loc']): string;
  /** Calls without a result, by name and by the id they were given. */
  waiting(): string[];
}

/** What SDKs send for a call without an id. */
const NO_ID = 'null';

function createCallNames(): CallNames {
  const open: { given: string; name: string; id: string }[] = [];
  const taken = new Set<string>();
  return {
    waiting: () => open.map(({ given, name }) => `${name} (${given})`),
    open({ id: given, name }) {
      const id = given === NO_ID || taken.has(given) ? createCallId() : given;
      taken.add(id);
      open.push({ given, name, id });
      return id;
    },
    answer(message, loc) {
      const { tool_call_id: given, name } = message;
      const found =
        given == null || given === NO_ID
          ? open.findIndex(call => name == null || call.name === name)
          : open.findIndex(call => call.given === given);
      const [call] = found === -1 ? [] : open.splice(found, 1);
      if (call) return call.id;
      throw new ApiError(
        'calls_open',
        `${loc.join('.')}: no tool call waits for this result (${JSON.stringify(given ?? name ?? null)}).`,
      );
    },
  };
}

function toAnswer(
  message: Message<'assistant'>,
  at: string,
  calls: CallNames,
  loc: FieldProblem['loc'],
): Entry[] {
  const content = toContent(message.content ?? '', loc);
  if (message.prefix) {
    const id = createId('message');
    return [{ kind: 'message.input', id, createdAt: at, role: 'assistant', content, prefix: true }];
  }
  const answer = createId('answer');
  const said: Entry[] =
    content.length === 0
      ? []
      : [{ kind: 'message.output', id: createId('message'), createdAt: at, content, answer }];
  const called = (message.tool_calls ?? []).map(({ id, function: { name, arguments: args } }): Entry => {
    const text = typeof args === 'string' ? args : JSON.stringify(args);
    const callId = calls.open({ id, name });
    return {
      kind: 'function.call',
      id: createId('functionCall'),
      createdAt: at,
      callId,
      name,
      arguments: text,
      answer,
    };
  });
  return [...said, ...called];
}

function toSystemText(content: Message<'system'>['content']): string {
  if (typeof content === 'string') return content;
  return content.map(chunk => (chunk.type === 'text' ? chunk.text : '')).join('');
}

function toResultText(content: Message<'tool'>['content']): string {
  if (content === null || typeof content === 'string') return content ?? '';
  return content.map(chunk => (chunk.type === 'text' ? chunk.text : JSON.stringify(chunk))).join('\n');
}

function toContent(content: string | readonly ChatChunk[], loc: FieldProblem['loc']): Content {
  if (typeof content === 'string') return content;
  return content.flatMap((chunk, index) => toChunk(chunk, [...loc, 'content', index]));
}

function toChunk(chunk: ChatChunk, loc: FieldProblem['loc']): Chunk[] {
  switch (chunk.type) {
    case 'text':
      return [{ kind: 'text', text: chunk.text }];
    case 'image_url': {
      const { url, detail } =
        typeof chunk.image_url === 'string' ? { url: chunk.image_url, detail: null } : chunk.image_url;
      return [{ kind: 'image', url, ...(detail != null && { detail }) }];
    }
    case 'document_url': {
      const { document_url: url, document_name: name } = chunk;
      return [{ kind: 'document', url, ...(name != null && { name }) }];
    }
    case 'thinking': {
      const text = chunk.thinking.map(part => (part.type === 'text' ? part.text : '')).join('');
      return [{ kind: 'thinking', text, ...(chunk.signature != null && { signature: chunk.signature }) }];
    }
    // Points into sources that the model was given then; without them it says nothing.
    case 'reference':
      return [];
    case 'file':
    case 'input_audio':
      throw wrongField(
        [...loc, 'type'],
        `Content of type ${chunk.type} cannot be handed on here. Send text, image_url or document_url.`,
      );
  }
}
