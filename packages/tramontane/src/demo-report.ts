import { DEMO_QUESTION, type DemoResult } from './demo.ts';
import { isRecord, toRecords, toText, type JsonRecord } from './records.ts';
import { ROW_WIDTH, toTime, type Screen } from './screen.ts';
import { findRows, toTable } from './table.ts';
import { firstLines, wrapText } from './wrap-text.ts';

const RESULT_ROWS = 6;
const ANSWER_LINES = 14;

/** Prints the demo conversation: what was discovered, asked, called, answered, and how long it took. */
export function reportDemo(screen: Screen, demo: DemoResult): void {
  const row = (label: string, text: string): void => screen.row(label, wrapText(text, ROW_WIDTH));
  const origins = {
    created: 'created',
    kept: 'kept from an earlier start',
    updated: 'kept, its tool server updated',
  };
  screen.title('One conversation, over HTTP');
  row('agent', `${demo.agent.id} (${origins[demo.agent.origin]})`);
  row('tools', `${demo.agent.tools.join(', ')} (discovered in ${toTime(demo.discoveryMs)})`);
  row('user', DEMO_QUESTION);
  for (const output of demo.outputs) {
    if (output['type'] === 'tool.execution') reportTool(screen, output);
    else if (output['type'] === 'message.output')
      row('answer', firstLines(wrapText(toMessage(output), ROW_WIDTH), ANSWER_LINES));
    else row(toText(output['type']), toText(output['name']));
  }
  if (demo.offlineModel)
    row(
      'model',
      'the built-in offline model: it works by text search and has no weights. Set MISTRAL_API_KEY, or TRAMONTANE_MODEL_BASE_URL, for a real one.',
    );
  row('time', `${toTime(demo.answerMs)} from question to answer (conversation ${demo.conversationId})`);
}

function reportTool(screen: Screen, execution: JsonRecord): void {
  const info = isRecord(execution['info']) ? execution['info'] : {};
  const took = typeof info['duration_ms'] === 'number' ? ` (${toTime(info['duration_ms'])})` : '';
  screen.row('tool', `${toText(execution['name'])}${took}`);
  screen.row('', wrapText(toArguments(execution['arguments']), ROW_WIDTH));
  screen.row(info['is_error'] === true ? 'error' : 'result', toResult(info));
}

function toArguments(value: unknown): string {
  const parsed = typeof value === 'string' ? parseJson(value) : value;
  if (!isRecord(parsed)) return toText(value);
  return Object.entries(parsed)
    .map(([name, argument]) => `${name}: ${toText(argument)}`)
    .join('\n');
}

function toResult(info: JsonRecord): string {
  const text = toRecords(info['content'])
    .map(block => toText(block['text']))
    .join('\n');
  const rows =
    info['is_error'] === true ? undefined : findRows(info['structured_content'] ?? parseJson(text));
  if (rows !== undefined) return toTable(rows, { width: ROW_WIDTH, limit: RESULT_ROWS });
  return firstLines(wrapText(text === '' ? '(empty)' : text, ROW_WIDTH), RESULT_ROWS);
}

function toMessage(output: JsonRecord): string {
  const content = output['content'];
  if (typeof content === 'string') return content;
  return toRecords(content)
    .map(chunk => toText(chunk['text']))
    .join('');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
