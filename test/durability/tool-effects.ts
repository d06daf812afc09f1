import { openRestServer, openSdkV2Server, type PlainTool } from '@tramontane/testkit/tool-servers';
import { z } from 'zod';
import type { Stage } from './stage.ts';

/** What each tool promises. Only a call of a promise that is kept, on a trusted server, may be sent twice. */
export const TOOLS = {
  look_up: { server: 'trusted', repeatable: true },
  book: { server: 'trusted', repeatable: true },
  send_mail: { server: 'trusted', repeatable: false },
  /** Always says that it could not. */
  refuse: { server: 'trusted', repeatable: false },
  /** Takes keys as well as `book` does, but nobody vouches for its server. */
  pay: { server: 'untrusted', repeatable: false },
} as const;
export type ToolName = keyof typeof TOOLS;

const ACTS: ReadonlySet<ToolName> = new Set(['book', 'send_mail', 'pay']);

/** What reached the tools of one key, and what it did. */
export interface Effect {
  readonly tool: ToolName;
  readonly value: string;
  attempts: number;
  effects: number;
  answer: string;
}

/** Tool servers in this process, which outlives the servers that are killed. */
export interface ToolEffects {
  readonly trusted: { readonly url: string; readonly origin: string };
  readonly untrusted: { readonly url: string };
  /** By idempotency key. */
  readonly byKey: Map<string, Effect>;
  close(): Promise<void>;
}

export async function openToolEffects(
  stage: Pick<Stage, 'reach'>,
  think: () => Promise<void>,
): Promise<ToolEffects> {
  const byKey = new Map<string, Effect>();

  const act = async (tool: ToolName, args: { step: number; value: string }, key: string | undefined) => {
    if (key === undefined) throw new Error(`${tool} was called without a key.`);
    const known = byKey.get(key);
    const effect = known ?? {
      tool,
      value: args.value,
      attempts: 0,
      effects: 0,
      answer: `${tool} ${args.value}`,
    };
    byKey.set(key, effect);
    effect.attempts += 1;
    await stage.reach(`call ${args.step} arrived`);
    await think();
    // A key-taking tool acts once per key; the others act as often as they are called.
    const takesKeys = tool === 'book' || tool === 'pay';
    if (ACTS.has(tool) && !(takesKeys && effect.effects > 0)) effect.effects += 1;
    await think();
    await stage.reach(`call ${args.step} done`);
    setImmediate(() => void stage.reach(`call ${args.step} answered`));
    if (tool === 'refuse') throw new Error(effect.answer);
    return effect.answer;
  };

  const input = z.object({ step: z.number(), value: z.string() });
  const toolOf = (name: ToolName, promise: Pick<PlainTool, 'annotations' | 'meta'>): PlainTool => ({
    name,
    description: `Does ${name}.`,
    inputSchema: { properties: { step: { type: 'number' }, value: { type: 'string' } } },
    ...promise,
    handler: (args, call) => act(name, input.parse(args), call.idempotencyKey),
  });
  const takesKeys = { meta: { 'io.tramontane/idempotent': true } };
  const trusted = await openSdkV2Server({
    tools: [
      toolOf('look_up', { annotations: { readOnlyHint: true } }),
      toolOf('book', takesKeys),
      toolOf('send_mail', {}),
      toolOf('refuse', {}),
    ],
  });
  const untrusted = await openRestServer({ tools: [toolOf('pay', takesKeys)] });
  return {
    trusted,
    untrusted,
    byKey,
    async close() {
      await Promise.all([trusted.close(), untrusted.close()]);
    },
  };
}
