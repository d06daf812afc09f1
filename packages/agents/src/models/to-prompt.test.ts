import { UNKNOWN_OUTCOME, failedFor } from '@tramontane/engine';
import type { Content, Entry, ToolOutcome } from '@tramontane/engine';
import { describe, expect, it } from 'vitest';
import { toPrompt } from './to-prompt.ts';
import { capText, MAX_RESULT_CHARACTERS, toToolOutput } from './tool-output.ts';

const OPTIONS = { imagesInResults: false, joinSpeakers: true };
const base = (id: string) => ({ id, createdAt: '2026-01-01T00:00:00Z' });
const user = (content: Content, id = 'u'): Entry => ({
  kind: 'message.input',
  ...base(id),
  role: 'user',
  content,
  prefix: false,
});
const said = (content: Content, answer?: string): Entry => ({
  kind: 'message.output',
  ...base('o'),
  content,
  ...(answer !== undefined && { answer }),
});
const done = (content: ToolOutcome['content'], over: Partial<ToolOutcome> = {}): ToolOutcome => ({
  status: 'done',
  isError: false,
  content,
  ...over,
});
const ran = (callId: string, outcome: ToolOutcome, answer?: string): Entry => ({
  kind: 'tool.execution',
  ...base(callId),
  callId,
  name: 'look',
  arguments: '{"a":1}',
  target: { kind: 'none' },
  outcome,
  ...(answer !== undefined && { answer }),
});
const asked = (callId: string, answer?: string): Entry => ({
  kind: 'function.call',
  ...base(callId),
  callId,
  name: 'ask',
  arguments: '{}',
  ...(answer !== undefined && { answer }),
});
const gave = (callId: string, result: string): Entry => ({
  kind: 'function.result',
  ...base(`r${callId}`),
  callId,
  result,
});
const missing = (name: string): Entry => ({
  kind: 'tools.missing',
  ...base('m'),
  connectorId: 'c',
  connectorName: name,
  code: 'unreachable',
  message: 'It is\n down.',
});
const prompt = (...entries: Entry[]) => toPrompt({ instructions: '', entries }, OPTIONS);
const text = (value: string) => ({ type: 'text', text: value });

describe('toPrompt', () => {
  it('makes one assistant message and one tool message of one answer', () => {
    const messages = prompt(
      user('Hi'),
      said('I look.', 'a1'),
      ran('aaaaaaaa1', done([text('one')]), 'a1'),
      ran('aaaaaaaa2', failedFor('timed_out', 'Too slow.'), 'a1'),
      said('Done.', 'a2'),
    );
    expect(messages.map(message => message.role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
    expect(messages[1]?.content).toMatchObject([
      text('I look.'),
      { type: 'tool-call', toolCallId: 'aaaaaaaa1', toolName: 'look', input: { a: 1 } },
      { type: 'tool-call', toolCallId: 'aaaaaaaa2' },
    ]);
    expect(messages[2]?.content).toMatchObject([
      { toolCallId: 'aaaaaaaa1', output: { type: 'text', value: 'one' } },
      { toolCallId: 'aaaaaaaa2', output: { type: 'error-text', value: 'Too slow.' } },
    ]);
  });

  it('keeps two answers with calls apart, also in a history that names no answers', () => {
    const roles = (...entries: Entry[]) => prompt(...entries).map(message => message.role);
    expect(roles(user('Hi'), ran('aaaaaaaa1', done([]), 'a1'), ran('aaaaaaaa2', done([]), 'a2'))).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant',
      'tool',
    ]);
    expect(
      roles(user('Hi'), said('Well'), ran('aaaaaaaa1', done([])), said('So'), ran('aaaaaaaa2', done([]))),
    ).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool']);
  });

  it("puts a caller's results behind their calls, and an error where one is missing", () => {
    const messages = prompt(
      user('Hi'),
      asked('aaaaaaaa1', 'a'),
      asked('aaaaaaaa2', 'a'),
      user('And?'),
      gave('aaaaaaaa1', '42'),
      said('42.', 'b'),
    );
    expect(messages.map(message => message.role)).toEqual(['user', 'assistant', 'tool', 'user', 'assistant']);
    expect(messages[2]?.content).toMatchObject([
      { output: { type: 'text', value: '42' } },
      { output: { type: 'error-text', value: 'No result was given for this call.' } },
    ]);
  });

  it('gives foreign call ids the form that Mistral insists on, the same for call and result', () => {
    const messages = prompt(
      user('Hi'),
      asked('call_very-long-identifier', 'a'),
      gave('call_very-long-identifier', 'x'),
    );
    const ids = JSON.stringify(messages).match(/"toolCallId":"([^"]*)"/g);
    expect(new Set(ids).size).toBe(1);
    expect(ids?.[0]).toMatch(/^"toolCallId":"[a-zA-Z0-9]{9}"$/);
  });

  it('names the servers that the newest run could not reach, and no older ones', () => {
    const entries = [user('Hi'), missing('old'), said('Hm', 'a'), user('Again'), missing('crm')];
    expect(toPrompt({ instructions: 'Be kind.', entries }, OPTIONS)[0]).toEqual({
      role: 'system',
      content: 'Be kind.\n\nTools of server crm cannot be used now: It is down.',
    });
  });

  it('joins messages of one speaker, unless it is told not to', () => {
    expect(prompt(user('One'), user('Two'))).toEqual([{ role: 'user', content: [text('One\n\nTwo')] }]);
    const apart = toPrompt(
      { instructions: '', entries: [user('One'), user('Two')] },
      { ...OPTIONS, joinSpeakers: false },
    );
    expect(apart).toHaveLength(2);
  });

  it('ends with the assistant when an answer is to be continued', () => {
    const prefix: Entry = {
      kind: 'message.input',
      ...base('p'),
      role: 'assistant',
      content: 'Once upon',
      prefix: true,
    };
    expect(prompt(user('Tell'), prefix).at(-1)).toEqual({ role: 'assistant', content: [text('Once upon')] });
  });

  it('turns thinking, pictures and documents into parts', () => {
    const messages = prompt(
      user([
        { kind: 'text', text: 'See ' },
        { kind: 'text', text: 'this' },
        { kind: 'image', url: 'data:image/png;base64,AAAA' },
        { kind: 'image', url: 'https://example.com/a.png' },
        { kind: 'document', url: 'https://example.com/a.pdf', name: 'a.pdf' },
        { kind: 'document', url: 'data:text/plain;base64,SGVsbG8=', name: 'a.txt' },
        { kind: 'document', url: 'not an address' },
      ]),
      said([
        { kind: 'thinking', text: 'Hm' },
        { kind: 'text', text: 'Yes' },
        { kind: 'reference', tool: 't', title: 'T', url: 'https://t' },
      ]),
    );
    expect(messages[0]?.content).toEqual([
      text('See this'),
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AAAA' } },
      {
        type: 'file',
        mediaType: 'image/*',
        data: { type: 'url', url: new URL('https://example.com/a.png') },
      },
      {
        type: 'file',
        mediaType: 'application/pdf',
        filename: 'a.pdf',
        data: { type: 'url', url: new URL('https://example.com/a.pdf') },
      },
      text('a.txt:\nHello'),
      text('[Document: not an address]'),
    ]);
    expect(messages[1]?.content).toEqual([{ type: 'reasoning', text: 'Hm' }, text('Yes[T](https://t)')]);
  });

  it('keeps arguments that are nested without end as a text', () => {
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const call: Entry = {
      kind: 'function.call',
      ...base('x'),
      callId: 'aaaaaaaa1',
      name: 'f',
      arguments: deep,
    };
    expect(prompt(user('Hi'), call)[1]?.content).toMatchObject([{ input: { unreadable_arguments: deep } }]);
  });

  it('joins messages of any number of parts', () => {
    const many = Array.from({ length: 200_000 }, () => ({
      kind: 'image' as const,
      url: 'data:image/png;base64,AAAA',
    }));
    const joined = prompt(user('First'), user([{ kind: 'text', text: 'Second' }, ...many]), user(many));
    expect(joined).toHaveLength(1);
    expect(joined[0]?.content).toHaveLength(400_001);
    expect(joined[0]?.content[0]).toEqual(text('First\n\nSecond'));
  });

  it.each([
    ['https://example.com/scan.JPG', 'image/jpeg'],
    ['https://example.com/scan.webp?size=2&name=a.pdf', 'image/webp'],
    ['https://example.com/scan.gif#page.1', 'image/gif'],
    ['https://example.com/page', 'application/pdf'],
    [`https://example.com/${'.a?'.repeat(200_000)}\n`, 'application/pdf'],
  ])('tells by its ending what a document is: %.50s', (url, mediaType) => {
    expect(prompt(user([{ kind: 'document', url }]))[0]?.content).toMatchObject([{ mediaType }]);
  });

  it('keeps arguments that are no JSON readable', () => {
    const call: Entry = {
      kind: 'function.call',
      ...base('x'),
      callId: 'aaaaaaaa1',
      name: 'f',
      arguments: '{"a":',
    };
    expect(prompt(user('Hi'), call)[1]?.content).toMatchObject([
      { input: { unreadable_arguments: '{"a":' } },
    ]);
  });

  it('gives the same beginning while a conversation grows', () => {
    const entries: Entry[] = [
      user('Hi'),
      said('I look.', 'a1'),
      ran('aaaaaaaa1', done([text('one')]), 'a1'),
      said('Done.', 'a2'),
      user('More'),
      said('Ok', 'a3'),
      user('?'),
    ];
    const whole = toPrompt({ instructions: 'I', entries }, OPTIONS);
    for (const end of [4, 6]) {
      const part = toPrompt({ instructions: 'I', entries: entries.slice(0, end) }, OPTIONS);
      expect(whole.slice(0, part.length)).toEqual(part);
    }
  });
});

describe('toToolOutput', () => {
  it('does not show the same thing twice', () => {
    const both = done([text('{"a":1}')], { structuredContent: { a: 1 } });
    expect(toToolOutput(both, false)).toEqual({ type: 'text', value: '{"a":1}' });
    expect(toToolOutput(done([], { structuredContent: { a: 1 } }), false)).toEqual({
      type: 'json',
      value: { a: 1 },
    });
    expect(toToolOutput(done([]), false)).toEqual({ type: 'text', value: 'The tool gave no output.' });
  });

  it('tells errors and calls of unknown end from results', () => {
    expect(toToolOutput(done([text('No such user')], { isError: true }), false)).toEqual({
      type: 'error-text',
      value: 'No such user',
    });
    expect(toToolOutput(UNKNOWN_OUTCOME, false)).toMatchObject({
      type: 'error-text',
      value: expect.stringContaining('not known') as string,
    });
  });

  it('shows pictures to those who can look at them', () => {
    const picture = done([text('Here'), { type: 'image', data: 'AAAA', mimeType: 'image/png' }]);
    expect(toToolOutput(picture, true)).toMatchObject({
      type: 'content',
      value: [text('Here'), { type: 'file', mediaType: 'image/png' }],
    });
    expect(toToolOutput(picture, false)).toEqual({
      type: 'text',
      value: 'Here\n[An image (image/png) that cannot be shown here.]',
    });
  });

  it('cuts what would fill the context, and says so', () => {
    const long = `${'x'.repeat(MAX_RESULT_CHARACTERS - 1)}😀 and more`;
    const cut = capText(long);
    expect(cut.length).toBeLessThan(MAX_RESULT_CHARACTERS + 300);
    expect(cut).toContain(`the last ${long.length - MAX_RESULT_CHARACTERS + 1} were left out`);
    expect(cut.isWellFormed()).toBe(true);
    expect(capText('short')).toBe('short');
    const data = { rows: Array.from({ length: 20_000 }, (_, id) => ({ id })) };
    expect(toToolOutput(done([], { structuredContent: data }), false)).toMatchObject({
      type: 'text',
      value: expect.stringContaining('left out') as string,
    });
  });
});
