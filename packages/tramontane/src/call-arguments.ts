import { parseArgs } from 'node:util';

/** What `tramontane calls …` asked for. */
export type CallsCommand =
  | { readonly kind: 'calls-list'; readonly settled: boolean; readonly json: boolean }
  | { readonly kind: 'calls-check'; readonly conversation: string; readonly call: string }
  | {
      readonly kind: 'calls-settle';
      readonly conversation: string;
      readonly call: string;
      readonly verdict: 'ran' | 'did_not_run';
      readonly note: string | null;
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly sentence: string };

/** Reads the arguments after `calls`. Throws what parseArgs throws: the sentence that names an unknown option. */
export function parseCalls(args: readonly string[]): CallsCommand {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ran: { type: 'boolean' },
      'did-not-run': { type: 'boolean' },
      note: { type: 'string' },
      settled: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { help, ...options } = values;
  if (help === true) return { kind: 'help' };
  const [command = '', conversation, call, ...more] = positionals;
  const allowed = OPTIONS[command];
  if (!allowed) return mistake('calls is followed by list, check or settle.');
  const foreign = Object.keys(options).find(option => !allowed.includes(option));
  if (foreign !== undefined) return mistake(`calls ${command} takes no --${foreign}.`);
  if (command === 'list') {
    if (conversation !== undefined) return mistake(`calls list takes no "${conversation}".`);
    return { kind: 'calls-list', settled: options.settled === true, json: options.json === true };
  }
  if (conversation === undefined || call === undefined || more.length > 0)
    return mistake(`calls ${command} takes a conversation's id and a call's id, as calls list prints them.`);
  if (command === 'check') return { kind: 'calls-check', conversation, call };
  if ((options.ran === true) === (options['did-not-run'] === true))
    return mistake('calls settle needs one of --ran and --did-not-run.');
  const verdict = options.ran === true ? 'ran' : 'did_not_run';
  return { kind: 'calls-settle', conversation, call, verdict, note: options.note ?? null };
}

const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  list: ['settled', 'json'],
  check: [],
  settle: ['ran', 'did-not-run', 'note'],
};

function mistake(sentence: string): CallsCommand {
  return { kind: 'mistake', sentence: `${sentence} See tramontane --help.` };
}
