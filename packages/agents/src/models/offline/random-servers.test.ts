import type { JSONSchema7, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { expect, it } from 'vitest';
import { answerOffline } from './answer-offline.ts';

type Tools = NonNullable<LanguageModelV4CallOptions['tools']>;

/** mulberry32: the same seed gives the same servers. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function createMaker(seed: number) {
  const random = createRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const used = new Set<string>();
  /** A made-up word, no two alike. */
  const word = (): string => {
    for (;;) {
      const made =
        Array.from({ length: 3 }, () => pick('bdfgklmnprtvz'.split('')) + pick('aeiou'.split(''))).join('') +
        pick('kmnrt'.split(''));
      if (!used.has(made)) return used.add(made) && made;
    }
  };
  return { below, pick, word };
}

/** A property and a way to say its value. */
function makeProperty(make: ReturnType<typeof createMaker>) {
  const name = make.word();
  return make.pick([
    () => ({ name, schema: { type: 'string' }, said: `${name} "${make.word()} ${make.word()}"` }),
    () => ({ name, schema: { type: 'integer' }, said: `${name} ${make.below(1000)}` }),
    () => ({ name, schema: { type: 'number' }, said: `${name}=${make.below(1000)}.5` }),
    () => {
      const choices = [make.word(), make.word(), make.word()];
      return { name, schema: { type: 'string', enum: choices }, said: make.pick(choices) };
    },
    () => ({
      name: `${name}_email`,
      schema: { type: 'string', format: 'email' },
      said: `${make.word()}@example.com`,
    }),
    () => ({ name, schema: { type: 'boolean' }, said: `${name}: true` }),
    () => ({ name: `${name}_id`, schema: { type: 'string' }, said: `${name} X-${make.below(1000)}` }),
  ])();
}

function makeServer(seed: number) {
  const make = createMaker(seed);
  const tools = Array.from({ length: 3 + make.below(15) }, () => {
    const properties = Array.from({ length: 1 + make.below(4) }, () => makeProperty(make));
    const words = [make.word(), make.word()];
    const about = [make.word(), make.word(), make.word()];
    const readOnly = make.below(2) === 0;
    return {
      words,
      about,
      properties,
      readOnly,
      tool: {
        type: 'function',
        name: make.pick([
          words.join('_'),
          words.join('-'),
          `${words[0]}${words[1]?.[0]?.toUpperCase()}${words[1]?.slice(1)}`,
        ]),
        description: `Does the ${about.join(' ')}.`,
        inputSchema: {
          type: 'object',
          properties: Object.fromEntries(properties.map(one => [one.name, one.schema])),
          required: properties.map(one => one.name),
        } as JSONSchema7,
        providerOptions: { tramontane: { readOnly } },
      } satisfies Tools[number],
    };
  });
  return { tools, chosen: make.pick(tools) };
}

const ask = (text: string, tools: Tools) =>
  answerOffline({ prompt: [{ role: 'user', content: [{ type: 'text', text }] }], tools });

it.each(Array.from({ length: 60 }, (_, seed) => seed))(
  'works on a server nobody has seen (seed %i)',
  seed => {
    const { tools, chosen } = makeServer(seed);
    const all = tools.map(one => one.tool);
    const values = chosen.properties.map(one => one.said).join(', ');

    const named = ask(`Please ${chosen.words.join(' the ')} with ${values}`, all);
    expect(named.calls.map(call => call.name)).toEqual([chosen.tool.name]);
    const args = named.calls[0]?.args ?? {};
    for (const { name, said } of chosen.properties) {
      // The value is the last thing said of it.
      const value = String(args[name]);
      expect(said.replaceAll('"', '').endsWith(value)).toBe(true);
    }
    expect(ask(`Please ${chosen.words.join(' the ')} with ${values}`, all)).toEqual(named);

    const meant = ask(`I wonder about ${chosen.about.slice(0, 2).join(' and ')} with ${values}`, all);
    expect(meant.calls.map(call => call.name)).toEqual(chosen.readOnly ? [chosen.tool.name] : []);

    expect(ask(`Please ${chosen.words.join(' ')}`, all).calls).toEqual([]);
    expect(ask('Good morning, how are you today?', all).calls).toEqual([]);
  },
);
