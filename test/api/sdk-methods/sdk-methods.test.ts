import { afterAll, beforeAll, expect, it } from 'vitest';
import { unknownParts } from '../../../packages/wire/src/testing/canned-client.ts';
import { AGENT_METHODS } from './agents.ts';
import { AGENT_COMPLETION_METHODS, CHAT_METHODS, MODEL_METHODS } from './completions.ts';
import { CONNECTOR_METHODS } from './connectors.ts';
import { CONVERSATION_METHODS } from './conversations.ts';
import { CREDENTIAL_METHODS } from './credentials.ts';
import type { Rig } from './method-case.ts';
import { openRig } from './open-rig.ts';

// Every method of the official client for agents, conversations, connectors, models and completions, by name. The
// list is compared with the client's own, so that none is forgotten.

const METHODS = {
  'beta.agents': AGENT_METHODS,
  'beta.conversations': CONVERSATION_METHODS,
  'beta.connectors': { ...CONNECTOR_METHODS, ...CREDENTIAL_METHODS },
  models: MODEL_METHODS,
  chat: CHAT_METHODS,
  agents: AGENT_COMPLETION_METHODS,
};

let rig: Rig & { close(): Promise<void> };

beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig?.close());

/** Methods that the client has on one of its parts, without what all parts inherit. */
function methodsOf(part: object): string[] {
  const prototype: unknown = Object.getPrototypeOf(part);
  if (typeof prototype !== 'object' || prototype === null) return [];
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  return descriptors
    .filter(
      ([name, { value }]) => name !== 'constructor' && typeof value === 'function' && !name.startsWith('_'),
    )
    .map(([name]) => name)
    .toSorted();
}

it('no method of the client is forgotten', () => {
  const { beta, models, agents, chat } = rig.api.sdk;
  const parts = {
    'beta.agents': beta.agents,
    'beta.conversations': beta.conversations,
    'beta.connectors': beta.connectors,
    models,
    chat,
    agents,
  };
  const named = (of: Readonly<Record<string, object>>, list: (part: object) => string[]) =>
    Object.fromEntries(Object.entries(of).map(([part, value]) => [part, list(value)]));
  expect(named(METHODS, cases => Object.keys(cases).toSorted())).toEqual(named(parts, methodsOf));
  const beta47 = Object.entries(METHODS).filter(([part]) => part.startsWith('beta.'));
  expect(beta47.flatMap(([, cases]) => Object.keys(cases))).toHaveLength(47);
});

it.each(
  Object.entries(METHODS).flatMap(([part, cases]) =>
    Object.entries(cases).map(([name, each]) => [`${part}.${name}`, ...each] as const),
  ),
)('%s', async (_name, call, answer) => {
  const got = await call(rig);
  expect(unknownParts(got)).toEqual([]);
  if (typeof answer === 'object' && answer !== null && !('asymmetricMatch' in answer)) {
    expect(got).toMatchObject(answer);
  } else expect(got).toEqual(answer);
});
