import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { fillArguments } from './fill-arguments.ts';
import type { Filled } from './fill-arguments.ts';
import { findRows } from './find-rows.ts';
import type { Row } from './find-rows.ts';
import { isRecord, toOfflineTools } from './offline-tool.ts';
import type { OfflineTool } from './offline-tool.ts';
import { planSteps } from './plan-steps.ts';
import type { Step } from './plan-steps.ts';
import { readTurn } from './read-turn.ts';
import type { DoneCall, Turn } from './read-turn.ts';
import { reportResults } from './report-results.ts';
import { valuesOfRow } from './values-of-row.ts';

export interface OfflineAnswer {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly args: Readonly<Record<string, unknown>> }[];
}

/** Calls that one "each of them" may become. */
const MAX_FAN_OUT = 20;

const SIGNATURE = '_Offline model: tools are chosen by text search, nothing is generated._';

/** What the offline model answers: a pure function of the prompt and the tools. */
export function answerOffline(options: LanguageModelV4CallOptions): OfflineAnswer {
  const tools = toOfflineTools(options.tools);
  const turn = readTurn(options.prompt);
  const answer =
    options.toolChoice?.type === 'none'
      ? say(
          turn,
          turn.done.length > 0 ? '' : 'No tools may be called here, and there is nothing else I can do.',
        )
      : act(turn, tools);
  if (answer.calls.length > 0 || options.responseFormat?.type !== 'json') return answer;
  return { text: toJson(answer.text, turn, options.responseFormat.schema), calls: [] };
}

function act(turn: Turn, tools: readonly OfflineTool[]): OfflineAnswer {
  const steps = planSteps(turn.text, tools);
  const open = steps.filter(step => !turn.done.some(call => call.name === step.tool.name));
  if (steps.length === 0) return say(turn, whatElse(turn, tools));
  if (open.length === 0) return say(turn, leftOut(steps, turn));
  // The text may have meant the rest to rest on what failed.
  if (turn.done.some(call => call.failed)) {
    const names = open.map(step => `\`${step.tool.name}\``).join(', ');
    return say(turn, `Because of that I did not call ${names}.`);
  }

  const calls: OfflineAnswer['calls'][number][] = [];
  for (const step of open) {
    const filled = fillStep(step, turn);
    if (filled === 'wait') break;
    const bad = filled.find(one => one.missing.length > 0);
    if (bad) {
      if (calls.length > 0) break;
      return say(turn, missingText(step.tool, bad));
    }
    calls.push(...filled.map(({ args }) => ({ name: step.tool.name, args })));
  }
  return calls.length > 0 ? { text: '', calls } : say(turn, 'The results hold nothing to go on with.');
}

/** The calls of one step; `wait` when it needs what an earlier step of this answer will find. */
function fillStep(step: Step, turn: Turn): Filled[] | 'wait' {
  const fill = (known?: Readonly<Record<string, unknown>>): Filled =>
    fillArguments(step.tool, step.text, { ...(step.name && { name: step.name }), ...(known && { known }) });
  const rows = rowsOf(turn.done);
  if (!step.needsEarlier) {
    const alone = fill();
    // One row leaves no doubt about whose values are meant; with several, the text has to say "them".
    const only = rows.length === 1 ? rows[0] : undefined;
    return [alone.missing.length > 0 && only ? fill(valuesOfRow(step.tool, only)) : alone];
  }
  if (turn.done.length === 0) return 'wait';
  return rows.slice(0, MAX_FAN_OUT).map(row => fill(valuesOfRow(step.tool, row)));
}

function rowsOf(calls: readonly DoneCall[]): readonly Row[] {
  return calls.flatMap(({ data }) => findRows(data)?.rows ?? (isRecord(data) ? [data] : []));
}

/** Rows that "each of them" did not reach. */
function leftOut(steps: readonly Step[], turn: Turn): string {
  const step = steps.find(one => one.needsEarlier);
  const rows = step ? rowsOf(turn.done.filter(call => call.name !== step.tool.name)).length : 0;
  if (!step || rows <= MAX_FAN_OUT) return '';
  return `I called \`${step.tool.name}\` for the first ${MAX_FAN_OUT} of ${rows} rows only.`;
}

function missingText(tool: OfflineTool, filled: Filled): string {
  const list = filled.missing.join(', ');
  return (
    `I would call \`${tool.name}\`, but your message does not say ${list}.` +
    (filled.problem === undefined ? '' : ` ${filled.problem}`) +
    '\n\nSay it as `name: value`, or give the arguments as a JSON object.'
  );
}

function whatElse(turn: Turn, tools: readonly OfflineTool[]): string {
  if (turn.done.length > 0) return '';
  if (tools.length === 0) {
    const why = turn.missing.length > 0 ? 'None of my tools can be reached' : 'I have no tools here';
    return `${why}, and without a language model I cannot answer freely.`;
  }
  const names = tools.slice(0, 30).map(tool => {
    const sentence = tool.description.split(/(?<=[.!?])\s|\n/)[0] ?? '';
    return `- \`${tool.name}\`${sentence === '' ? '' : `: ${sentence.slice(0, 160)}`}`;
  });
  const more = tools.length > 30 ? `\n- … and ${tools.length - 30} more` : '';
  return `I found no tool for that. These are the tools I can call:\n\n${names.join('\n')}${more}`;
}

function say(turn: Turn, more: string): OfflineAnswer {
  // Or nobody would learn why the tool that they asked for was not called.
  const missing = turn.missing.map(line => `- ${line}`).join('\n');
  const parts = [reportResults(turn.done), more, missing, SIGNATURE].filter(part => part !== '');
  return { text: parts.join('\n\n'), calls: [] };
}

/** JSON was asked for: the schema filled from the message if that is possible, else the words under `answer`. */
function toJson(text: string, turn: Turn, schema: unknown): string {
  if (isRecord(schema) && turn.text !== '') {
    const form: OfflineTool = { name: 'answer', description: '', schema, readOnly: true };
    const filled = fillArguments(form, turn.text);
    if (filled.missing.length === 0) return JSON.stringify(filled.args);
  }
  return JSON.stringify({ answer: text });
}
