import { createHash } from 'node:crypto';
import type {
  Entry,
  FunctionCall,
  FunctionResult,
  MessageInput,
  MessageOutput,
  ModelRequest,
  ToolExecution,
} from '@tramontane/engine';
import type {
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';
import { isTooDeep } from '../core/nesting.ts';
import { missingLines } from './missing-tools.ts';
import { toAssistantParts, toUserParts } from './to-parts.ts';
import { capText, toToolOutput } from './tool-output.ts';

type FromModel = MessageOutput | FunctionCall | ToolExecution;
type AssistantMessage = Extract<LanguageModelV4Message, { role: 'assistant' }>;

export interface PromptOptions {
  /** The model can look at pictures inside tool results. */
  readonly imagesInResults: boolean;
  /** Messages of one speaker in a row are joined: chat templates of many models demand that speakers take turns. */
  readonly joinSpeakers: boolean;
}

/**
 * The prompt of a model call. A pure function of the request in which earlier entries always give the same
 * messages, so that what a vendor has cached of a conversation stays valid while it grows.
 */
export function toPrompt(
  request: Pick<ModelRequest, 'instructions' | 'entries'>,
  options: PromptOptions,
): LanguageModelV4Prompt {
  const { results, asked } = pairCalls(request.entries);
  const prompt: LanguageModelV4Prompt = [];
  const lines = [request.instructions, ...missingLines(request.entries)];
  const system = lines.filter(line => line !== '').join('\n\n');
  if (system !== '') prompt.push({ role: 'system', content: system });

  // A conversation may be thousands of entries long, and every turn comes through here: hence loops, and no lists between.
  for (const group of groupAnswers(request.entries, asked)) {
    if (!Array.isArray(group)) {
      const join = options.joinSpeakers && prompt.at(-1)?.role === 'user';
      if (group.role === 'user') pushUser(prompt, toUserParts(group.content), join);
      else pushAssistant(prompt, toAssistantParts(group.content));
      continue;
    }
    const parts: AssistantMessage['content'] = [];
    const content: LanguageModelV4ToolResultPart[] = [];
    for (const entry of group) {
      if (entry.kind === 'message.output') {
        for (const part of toAssistantParts(entry.content)) parts.push(part);
        continue;
      }
      const toolCallId = toVendorCallId(entry.callId);
      const toolName = entry.name;
      parts.push({ type: 'tool-call', toolCallId, toolName, input: argumentsOf(entry) });
      const output = toOutput(entry, results, options);
      content.push({ type: 'tool-result', toolCallId, toolName, output });
    }
    pushAssistant(prompt, parts);
    if (content.length > 0) prompt.push({ role: 'tool', content });
  }
  return prompt;
}

/** What answers each call; and the calls that were asked for first and made later. */
function pairCalls(entries: readonly Entry[]) {
  const results = new Map<string, FunctionResult | ToolExecution>();
  // A call that a person allowed stands where the model made it; what came of it stands beside it there.
  const asked = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === 'function.call') asked.add(entry.callId);
    const answers =
      entry.kind === 'function.result' || (entry.kind === 'tool.execution' && asked.has(entry.callId));
    if (answers && !results.has(entry.callId)) results.set(entry.callId, entry);
  }
  return { results, asked };
}

/** Messages as they were given; entries of one model answer together. */
function groupAnswers(entries: readonly Entry[], asked: ReadonlySet<string>): (MessageInput | FromModel[])[] {
  const groups: (MessageInput | FromModel[])[] = [];
  let open: { answer: string | undefined; entries: FromModel[] } | undefined;
  for (const entry of entries) {
    if (entry.kind === 'message.input') {
      groups.push(entry);
      open = undefined;
    } else if (entry.kind === 'function.result') {
      // The result itself stands beside its call; what the model said after it is another answer.
      open = undefined;
    } else if (entry.kind === 'tool.execution' && asked.has(entry.callId)) {
      continue;
    } else if (entry.kind !== 'tools.missing' && entry.kind !== 'agent.handoff') {
      // History given by a caller names no answers: there, a message opens one and the calls after it belong to it.
      const continues =
        open?.answer === entry.answer && (entry.answer !== undefined || entry.kind !== 'message.output');
      if (open && continues) open.entries.push(entry);
      else {
        open = { answer: entry.answer, entries: [entry] };
        groups.push(open.entries);
      }
    }
  }
  return groups;
}

function pushUser(prompt: LanguageModelV4Prompt, parts: ReturnType<typeof toUserParts>, join: boolean): void {
  const last = prompt.at(-1);
  if (!join || last?.role !== 'user') return void prompt.push({ role: 'user', content: parts });
  const [first] = parts;
  const tail = last.content.at(-1);
  const joined = tail?.type === 'text' && first?.type === 'text';
  if (joined) last.content[last.content.length - 1] = { type: 'text', text: `${tail.text}\n\n${first.text}` };
  // One by one: a caller decides how many there are, and a function takes only so many arguments.
  for (const part of joined ? parts.slice(1) : parts) last.content.push(part);
}

function pushAssistant(prompt: LanguageModelV4Prompt, parts: AssistantMessage['content']): void {
  if (parts.length === 0) return;
  const last = prompt.at(-1);
  // An assistant message with calls is always followed by their results, so two in a row hold only words.
  if (last?.role === 'assistant') {
    last.content.push({ type: 'text', text: '\n\n' });
    for (const part of parts) last.content.push(part);
  } else prompt.push({ role: 'assistant', content: parts });
}

function toOutput(
  entry: FunctionCall | ToolExecution,
  results: ReadonlyMap<string, FunctionResult | ToolExecution>,
  options: PromptOptions,
): LanguageModelV4ToolResultPart['output'] {
  const result = entry.kind === 'tool.execution' ? entry : results.get(entry.callId);
  // Vendors refuse a history in which a call has no result.
  if (!result) return { type: 'error-text', value: 'No result was given for this call.' };
  if (result.kind === 'tool.execution') return toToolOutput(result.outcome, options.imagesInResults);
  return { type: 'text', value: capText(result.result) };
}

/** Mistral's models insist on nine letters or digits; ids in a caller's own history may have another form. */
function toVendorCallId(callId: string): string {
  if (/^[a-zA-Z0-9]{9}$/.test(callId)) return callId;
  return createHash('sha256').update(callId).digest('hex').slice(0, 9);
}

/** Entries of ended runs stay the same objects from turn to turn, and their arguments would be read anew for each. */
const read = new WeakMap<FunctionCall | ToolExecution, { readonly input: unknown }>();

function argumentsOf(entry: FunctionCall | ToolExecution): unknown {
  const known = read.get(entry) ?? { input: parseArguments(entry.arguments) };
  read.set(entry, known);
  return known.input;
}

/** Vendors and chat templates expect an object; what a model wrote badly is kept as a text inside one. */
function parseArguments(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    // Written as JSON again on the way to a vendor, which nobody can do with what is nested without end.
    if (isTooDeep(value)) return { unreadable_arguments: text };
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { value };
  } catch {
    return { unreadable_arguments: text };
  }
}
