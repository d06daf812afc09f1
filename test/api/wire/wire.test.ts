import { afterAll, beforeAll, expect, it } from 'vitest';
import { AGENT_CASES } from './agent-cases.ts';
import { APPEND_RESTART_CASES } from './append-restart-cases.ts';
import { ARGUMENT_CASES } from './argument-cases.ts';
import { BEHAVIOUR_CASES } from './behaviour-cases.ts';
import { BODY_CASES } from './body-cases.ts';
import { CHUNK_CASES } from './chunk-cases.ts';
import { COMPLETION_CASES } from './completion-cases.ts';
import { CONNECTOR_CASES } from './connector-cases.ts';
import { CONNECTOR_TOOL_CASES } from './connector-tool-cases.ts';
import { CONVERSATION_CASES } from './conversation-cases.ts';
import { CREDENTIAL_CASES } from './credential-cases.ts';
import { ENTRY_CASES } from './entry-cases.ts';
import { ERROR_CASES } from './error-cases.ts';
import { GUIDE_CASES } from './guide-cases.ts';
import { INLINE_SERVER_CASES } from './inline-server-cases.ts';
import { NOT_FOUND_CASES } from './not-found-cases.ts';
import { RULE_CASES } from './rule-cases.ts';
import { STREAM_CASES } from './stream-cases.ts';
import { TOOL_CASES } from './tool-cases.ts';
import { TRANSPORT_CASES } from './transport-cases.ts';
import { WRONG_SHAPE_CASES } from './wrong-shape-cases.ts';
import { openWire, type Wire } from './open-wire.ts';
import { SECTIONS } from './sections.ts';
import type { WireCase } from './wire-case.ts';

// The API over plain HTTP, fact by fact. Every answer is also held against the provider's published shapes.

const CASES: readonly WireCase[] = [
  ...RULE_CASES,
  ...TRANSPORT_CASES,
  ...BODY_CASES,
  ...ERROR_CASES,
  ...WRONG_SHAPE_CASES,
  ...NOT_FOUND_CASES,
  ...AGENT_CASES,
  ...CONVERSATION_CASES,
  ...CONNECTOR_CASES,
  ...CREDENTIAL_CASES,
  ...COMPLETION_CASES,
  ...ENTRY_CASES,
  ...TOOL_CASES,
  ...STREAM_CASES,
  ...GUIDE_CASES,
  ...APPEND_RESTART_CASES,
  ...CONNECTOR_TOOL_CASES,
  ...CHUNK_CASES,
  ...INLINE_SERVER_CASES,
  ...ARGUMENT_CASES,
  ...BEHAVIOUR_CASES,
];

let wire: Wire;
beforeAll(async () => {
  wire = await openWire();
});
afterAll(() => wire?.close());

it('every section has cases, and no case stands twice', () => {
  expect(new Set(CASES.map(([section]) => section))).toEqual(new Set(Object.keys(SECTIONS)));
  const names = CASES.map(([section, fact]) => `${section} ${fact}`);
  expect(names.filter((name, n) => names.indexOf(name) !== n)).toEqual([]);
});

it.each(CASES)('%s %s', async (_section, _fact, look, sees) => {
  const seen = await look(wire);
  if (typeof sees === 'object' && sees !== null && !('asymmetricMatch' in sees)) {
    expect(seen).toMatchObject(sees);
  } else expect(seen).toEqual(sees);
});
