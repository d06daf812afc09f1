import type { JSONSchema7, LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import { answerOffline } from './answer-offline.ts';
import type { OfflineAnswer } from './answer-offline.ts';

type Tools = NonNullable<LanguageModelV4CallOptions['tools']>;

const tool = (
  name: string,
  description: string,
  properties: object,
  required: string[],
  readOnly: boolean,
): Tools[number] => ({
  type: 'function',
  name,
  description,
  inputSchema: { type: 'object', properties, required } as JSONSchema7,
  providerOptions: { tramontane: { readOnly } },
});
const user = (text: string): LanguageModelV4Message => ({ role: 'user', content: [{ type: 'text', text }] });
const ask = (text: string, tools: Tools, over: Partial<LanguageModelV4CallOptions> = {}): OfflineAnswer =>
  answerOffline({ prompt: [user(text)], tools, ...over });

/** The conversation after these calls got these results; a result that is an Error counts as failed. */
function after(
  text: string,
  answers: readonly OfflineAnswer[],
  results: readonly (readonly (string | Error)[])[],
): LanguageModelV4Message[] {
  const prompt = [user(text)];
  for (const [round, answer] of answers.entries()) {
    const ids = answer.calls.map((_, index) => `call${round}${index}`);
    prompt.push({
      role: 'assistant',
      content: answer.calls.map((call, index) => ({
        type: 'tool-call',
        toolCallId: ids[index] ?? '',
        toolName: call.name,
        input: call.args,
      })),
    });
    prompt.push({
      role: 'tool',
      content: answer.calls.map((call, index) => {
        const result = results[round]?.[index] ?? '';
        return {
          type: 'tool-result',
          toolCallId: ids[index] ?? '',
          toolName: call.name,
          output:
            result instanceof Error
              ? { type: 'error-text', value: result.message }
              : { type: 'text', value: result },
        };
      }),
    });
  }
  return prompt;
}

const WEATHER = tool(
  'sky_report',
  'Current weather for a city',
  { city: { type: 'string' }, units: { type: 'string', enum: ['celsius', 'fahrenheit'] } },
  ['city'],
  true,
);
const REMOVE = tool(
  'remove_account',
  'Removes an account for ever',
  { account_id: { type: 'integer' } },
  ['account_id'],
  false,
);
const MAIL = tool(
  'post_letter',
  'Posts a letter',
  { to: { type: 'string' }, subject: { type: 'string' }, body: { type: 'string' } },
  ['to', 'subject', 'body'],
  false,
);
const FIND = tool(
  'list_accounts',
  'Lists the accounts of a region',
  { region: { type: 'string' } },
  ['region'],
  true,
);

describe('which tool', () => {
  it('finds a read-only tool by what it is about', () => {
    expect(ask('How is the weather in Paris?', [REMOVE, WEATHER]).calls).toEqual([
      { name: 'sky_report', args: { city: 'Paris' } },
    ]);
  });

  it.each([
    'Hello, how are you?',
    'Thanks, have a nice day!',
    'Tell me a joke',
    'What is the capital of France?',
    'ok',
    '',
  ])('calls nothing for %j and says what it is', text => {
    const answer = ask(text, [WEATHER, REMOVE, MAIL, FIND]);
    expect(answer.calls).toEqual([]);
    expect(answer.text).toContain('Offline model');
  });

  it.each([
    'remove_account 7',
    'Remove account 7',
    'remove-account 7',
    'Please remove the old account 7.',
    'REMOVE ACCOUNTS: 7',
  ])('calls a tool that changes things when %j names it', text => {
    expect(ask(text, [WEATHER, REMOVE]).calls).toEqual([{ name: 'remove_account', args: { account_id: 7 } }]);
  });

  it.each([
    'Do not remove account 7',
    "Don't remove the account 7",
    'How do I remove account 7?',
    'Who can remove account 7?',
    'Which account 7 did they remove?',
    'Remove the letter of account 7',
    'Is account 7 for ever?',
    'removed account 7',
    'Remove this. Account 7 stays',
  ])('does not call it for %j', text => {
    expect(ask(text, [WEATHER, REMOVE]).calls.map(call => call.name)).not.toContain('remove_account');
  });

  it('calls an unmarked tool only by name', () => {
    const { providerOptions: _, ...unmarked } = WEATHER as Extract<Tools[number], { type: 'function' }>;
    expect(ask('How is the weather in Paris?', [unmarked]).calls).toEqual([]);
    expect(ask('sky_report for Paris', [unmarked]).calls).toHaveLength(1);
  });

  it('takes the longer name', () => {
    const longer = tool(
      'remove_account_note',
      'x',
      { account_id: { type: 'integer' } },
      ['account_id'],
      false,
    );
    expect(ask('Remove account note of account 3', [REMOVE, longer]).calls.map(call => call.name)).toEqual([
      'remove_account_note',
    ]);
  });

  it('calls several tools in the order of the text', () => {
    expect(ask('remove_account 7, then sky_report for Oslo', [WEATHER, REMOVE]).calls).toEqual([
      { name: 'remove_account', args: { account_id: 7 } },
      { name: 'sky_report', args: { city: 'Oslo' } },
    ]);
  });

  it('calls nothing when no tool may be called', () => {
    expect(ask('sky_report for Oslo', [WEATHER], { toolChoice: { type: 'none' } }).calls).toEqual([]);
  });
});

describe('after results', () => {
  it('reports a list as a table and stops', () => {
    const text = 'list_accounts region: North';
    const first = ask(text, [FIND]);
    const rows = Array.from({ length: 25 }, (_, id) => ({ id, name: `A|${id}` }));
    const answer = answerOffline({
      prompt: after(text, [first], [[JSON.stringify({ rows, total: 25 })]]),
      tools: [FIND],
    });
    expect(answer.calls).toEqual([]);
    expect(answer.text).toContain('| id | name |');
    expect(answer.text).toContain('| 3 | A\\|3 |');
    expect(answer.text).not.toContain('A\\|20');
    expect(answer.text).toContain('5 more rows are not shown');
    expect(answer.text).toContain('- total: 25');
    expect(answer.text).toContain('Offline model');
  });

  it('says errors as errors and does not try again', () => {
    const text = 'Weather in Paris';
    const answer = answerOffline({
      prompt: after(text, [ask(text, [WEATHER])], [[new Error('The sky is closed.')]]),
      tools: [WEATHER],
    });
    expect(answer).toMatchObject({
      calls: [],
      text: expect.stringMatching(/failed: The sky is closed\./) as string,
    });
  });

  it('goes on with what was found when the text says so, then stops', () => {
    const text =
      'List accounts in the region of North and post them a letter with subject "Hi" and body "News"';
    const first = ask(text, [FIND, MAIL]);
    expect(first.calls).toEqual([{ name: 'list_accounts', args: { region: 'North' } }]);
    const found = JSON.stringify([
      { id: 1, email: 'a@x.io' },
      { id: 2, email: 'b@x.io' },
    ]);
    const second = answerOffline({ prompt: after(text, [first], [[found]]), tools: [FIND, MAIL] });
    expect(second.calls).toEqual([
      { name: 'post_letter', args: { to: 'a@x.io', subject: 'Hi', body: 'News' } },
      { name: 'post_letter', args: { to: 'b@x.io', subject: 'Hi', body: 'News' } },
    ]);
    const last = answerOffline({
      prompt: after(text, [first, second], [[found], ['sent', new Error('no stamp')]]),
      tools: [FIND, MAIL],
    });
    expect(last.calls).toEqual([]);
    expect(last.text).toContain('failed: no stamp');
  });

  it('does not go on after a failure', () => {
    const text =
      'List accounts in the region of North and post them a letter with subject "Hi" and body "News"';
    const first = ask(text, [FIND, MAIL]);
    const answer = answerOffline({
      prompt: after(text, [first], [[new Error('down')]]),
      tools: [FIND, MAIL],
    });
    expect(answer.calls).toEqual([]);
    expect(answer.text).toContain('did not call `post_letter`');
  });

  it('says how many of the rows it did not reach', () => {
    const text =
      'List accounts in the region of North and post them a letter with subject "Hi" and body "News"';
    const first = ask(text, [FIND, MAIL]);
    const found = JSON.stringify(Array.from({ length: 30 }, (_, id) => ({ id, email: `a${id}@x.io` })));
    const second = answerOffline({ prompt: after(text, [first], [[found]]), tools: [FIND, MAIL] });
    expect(second.calls).toHaveLength(20);
    const last = answerOffline({ prompt: after(text, [first, second], [[found], []]), tools: [FIND, MAIL] });
    expect(last.text).toContain('the first 20 of 30 rows only');
  });

  it('acts on the newest message only', () => {
    const prompt = [
      ...after('Weather in Paris', [ask('Weather in Paris', [WEATHER])], [['sunny']]),
      user('Thanks!'),
    ];
    expect(answerOffline({ prompt, tools: [WEATHER] }).calls).toEqual([]);
  });

  it('answers in JSON when JSON is asked for', () => {
    const schema = {
      type: 'object',
      properties: { email: { type: 'string', format: 'email' } },
      required: ['email'],
    } as JSONSchema7;
    expect(ask('Mail ada@example.com', [], { responseFormat: { type: 'json', schema } }).text).toBe(
      '{"email":"ada@example.com"}',
    );
    expect(JSON.parse(ask('Hello', [], { responseFormat: { type: 'json' } }).text)).toHaveProperty('answer');
  });
});

it('reports a result that is nested without end as text', () => {
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
  const first = ask('How is the weather in Paris?', [WEATHER]);
  const prompt = after('How is the weather in Paris?', [first], [[deep]]);
  const { text } = answerOffline({ prompt, tools: [WEATHER] });
  expect(text).toContain(`answered:\n\n${'['.repeat(100)}`);
});
