import { createHash } from 'node:crypto';
import type {
  Entry,
  FunctionCall,
  FunctionResult,
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
  const results = new Map<string, FunctionResult | ToolExecution>();
  // A call that a person allowed stands where the model made it; what came of it stands beside it there.
  const asked = new Set<string>();
  for (const entry of request.entries) {
    if (entry.kind === 'function.call') asked.add(entry.callId);
    const answers =
      entry.kind === 'function.result' || (entry.kind === 'tool.execution' && asked.has(entry.callId));
    if (answers && !results.has(entry.callId)) results.set(entry.callId, entry);
  }
  const entries = request.entries.filter(
    entry => entry.kind !== 'tool.execution' || !asked.has(entry.callId),
  );

  const prompt: LanguageModelV4Prompt = [];
  const lines = [request.instructions, ...missingLines(request.entries)];
  const system = lines.filter(line => line !== '').join('\n\n');
  if (system !== '') prompt.push({ role: 'system', content: system });

  for (const group of groupAnswers(entries)) {
    const first = group[0];
    if (!first) continue;
    if (first.kind === 'message.input') {
      const join = options.joinSpeakers && prompt.at(-1)?.role === 'user';
      if (first.role === 'user') pushUser(prompt, toUserParts(first.content), join);
      else pushAssistant(prompt, toAssistantParts(first.content));
      continue;
    }
    const answers = group as FromModel[];
    pushAssistant(
      prompt,
      answers.flatMap<AssistantMessage['content'][number]>(entry =>
        entry.kind === 'message.output'
          ? toAssistantParts(entry.content)
          : [
              {
                type: 'tool-call',
                toolCallId: toVendorCallId(entry.callId),
                toolName: entry.name,
                input: argumentsOf(entry),
              },
            ],
      ),
    );
    const content = answers.flatMap(entry => toResultPart(entry, results, options));
    if (content.length > 0) prompt.push({ role: 'tool', content });
  }
  return prompt;
}

/** Messages as they were given; entries of one model answer together. */
function groupAnswers(entries: readonly Entry[]): Entry[][] {
  const groups: Entry[][] = [];
  let open: { answer: string | undefined; entries: Entry[] } | undefined;
  for (const entry of entries) {
    if (entry.kind === 'message.input') {
      groups.push([entry]);
      open = undefined;
    } else if (entry.kind === 'function.result') {
      // The result itself stands beside its call; what the model said after it is another answer.
      open = undefined;
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

function toResultPart(
  entry: FromModel,
  results: ReadonlyMap<string, FunctionResult | ToolExecution>,
  options: PromptOptions,
): LanguageModelV4ToolResultPart[] {
  if (entry.kind === 'message.output') return [];
  const base = {
    type: 'tool-result',
    toolCallId: toVendorCallId(entry.callId),
    toolName: entry.name,
  } as const;
  if (entry.kind === 'tool.execution') {
    return [{ ...base, output: toToolOutput(entry.outcome, options.imagesInResults) }];
  }
  const result = results.get(entry.callId);
  // Vendors refuse a history in which a call has no result.
  if (!result)
    return [{ ...base, output: { type: 'error-text', value: 'No result was given for this call.' } }];
  if (result.kind === 'tool.execution')
    return [{ ...base, output: toToolOutput(result.outcome, options.imagesInResults) }];
  return [{ ...base, output: { type: 'text', value: capText(result.result) } }];
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
