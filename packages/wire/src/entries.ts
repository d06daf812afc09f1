import { z } from 'zod';
import { inputContentSchema, outputContentSchema } from './chunks.ts';
import { looseTimestampSchema, timestampSchema } from './scalars.ts';
import { withInferredType, type TagRule, type Untyped } from './tagged.ts';

export const CONFIRMATION_STATUSES = ['pending', 'allowed', 'denied'] as const;
const confirmationStatus = z.enum(CONFIRMATION_STATUSES).nullable();
export type ConfirmationStatus = (typeof CONFIRMATION_STATUSES)[number];

const callArguments = z.union([z.string(), z.record(z.string(), z.unknown())]);
const nullableText = z.string().nullable();

// What each type of entry holds besides the head all share; `message.*` content differs by direction.
const functionResult = { tool_call_id: z.string(), result: z.string() };
const toolExecution = {
  name: z.string(),
  /** A JSON text, always present: SDKs refuse the whole answer when it is missing or an object. */
  arguments: z.string(),
  /** Free-form, omitted or an object. The only place where a tool's result survives the SDKs. */
  info: z.record(z.string(), z.unknown()).exactOptional(),
};
const agentHandoff = {
  previous_agent_id: z.string(),
  previous_agent_name: z.string(),
  next_agent_id: z.string(),
  next_agent_name: z.string(),
};
const functionCall = { tool_call_id: z.string(), name: z.string(), arguments: callArguments };

// --- as callers send them ---

const inputHead = {
  object: z.literal('entry').default('entry'),
  id: nullableText.exactOptional(),
  created_at: looseTimestampSchema.nullable().exactOptional(),
  completed_at: looseTimestampSchema.nullable().exactOptional(),
};
const inputModelHead = {
  ...inputHead,
  agent_id: nullableText.exactOptional(),
  model: nullableText.exactOptional(),
};

const inputEntryUnion = z.discriminatedUnion('type', [
  z.strictObject({
    ...inputHead,
    type: z.literal('message.input'),
    role: z.enum(['user', 'assistant']),
    content: inputContentSchema,
    prefix: z.boolean().default(false),
  }),
  z.strictObject({
    ...inputModelHead,
    type: z.literal('message.output'),
    role: z.literal('assistant').default('assistant'),
    content: outputContentSchema,
  }),
  z.strictObject({
    ...inputModelHead,
    type: z.literal('function.call'),
    ...functionCall,
    confirmation_status: confirmationStatus.exactOptional(),
  }),
  z.strictObject({ ...inputHead, type: z.literal('function.result'), ...functionResult }),
  z.strictObject({ ...inputModelHead, type: z.literal('tool.execution'), ...toolExecution }),
  z.strictObject({ ...inputHead, type: z.literal('agent.handoff'), ...agentHandoff }),
]);

// Ordered: an execution's keys are a part of a call's.
const entryRules: readonly TagRule[] = [
  ['message.input', ['role']],
  ['function.result', ['tool_call_id', 'result']],
  ['function.call', ['tool_call_id', 'name', 'arguments']],
  ['agent.handoff', ['previous_agent_id', 'next_agent_id']],
  ['tool.execution', ['name', 'arguments']],
];

/**
 * An entry as a caller sends it. `object`, `type` and `id` may be missing: `{role, content}` is a `message.input`.
 */
export const inputEntrySchema = z.preprocess(
  (value: Untyped<z.input<typeof inputEntryUnion>>) => withInferredType(value, entryRules),
  inputEntryUnion,
);
export type InputEntry = z.infer<typeof inputEntrySchema>;
export type InputEntryInput = z.input<typeof inputEntrySchema>;

/** `inputs` of a request: a text, or entries. */
export const inputsSchema = z.union([z.string(), z.array(inputEntrySchema)]);
export type Inputs = z.infer<typeof inputsSchema>;

/** A text is one message of the user. */
export function toInputEntries(inputs: Inputs): InputEntry[] {
  if (typeof inputs !== 'string') return inputs;
  return [{ object: 'entry', type: 'message.input', role: 'user', content: inputs, prefix: false }];
}

// --- as the server sends them ---

const outputHead = {
  object: z.literal('entry'),
  id: z.string(),
  created_at: timestampSchema,
  completed_at: timestampSchema.nullable().optional(),
};
const outputModelHead = {
  ...outputHead,
  agent_id: nullableText.optional(),
  model: nullableText.optional(),
};

export const messageInputEntrySchema = z.strictObject({
  ...outputHead,
  type: z.literal('message.input'),
  role: z.enum(['user', 'assistant']),
  content: inputContentSchema,
  prefix: z.boolean(),
});
export type MessageInputEntry = z.infer<typeof messageInputEntrySchema>;

export const messageOutputEntrySchema = z.strictObject({
  ...outputModelHead,
  type: z.literal('message.output'),
  role: z.literal('assistant'),
  content: outputContentSchema,
});
export type MessageOutputEntry = z.infer<typeof messageOutputEntrySchema>;

export const functionCallEntrySchema = z.strictObject({
  ...outputModelHead,
  type: z.literal('function.call'),
  ...functionCall,
  confirmation_status: confirmationStatus.optional(),
});
export type FunctionCallEntry = z.infer<typeof functionCallEntrySchema>;

export const functionResultEntrySchema = z.strictObject({
  ...outputHead,
  type: z.literal('function.result'),
  ...functionResult,
});
export type FunctionResultEntry = z.infer<typeof functionResultEntrySchema>;

export const toolExecutionEntrySchema = z.strictObject({
  ...outputModelHead,
  type: z.literal('tool.execution'),
  ...toolExecution,
});
export type ToolExecutionEntry = z.infer<typeof toolExecutionEntrySchema>;

export const agentHandoffEntrySchema = z.strictObject({
  ...outputHead,
  type: z.literal('agent.handoff'),
  ...agentHandoff,
});
export type AgentHandoffEntry = z.infer<typeof agentHandoffEntrySchema>;

/** An entry of a history. */
export const entrySchema = z.discriminatedUnion('type', [
  messageInputEntrySchema,
  messageOutputEntrySchema,
  functionCallEntrySchema,
  functionResultEntrySchema,
  toolExecutionEntrySchema,
  agentHandoffEntrySchema,
]);
export type Entry = z.infer<typeof entrySchema>;

/** An entry of an answer. A `function.result` or a new type here makes SDKs refuse the whole answer. */
export const outputEntrySchema = z.discriminatedUnion('type', [
  messageOutputEntrySchema,
  functionCallEntrySchema,
  toolExecutionEntrySchema,
  agentHandoffEntrySchema,
]);
export type OutputEntry = z.infer<typeof outputEntrySchema>;

/** An entry of `/messages`. */
export const messageEntrySchema = z.discriminatedUnion('type', [
  messageInputEntrySchema,
  messageOutputEntrySchema,
]);
export type MessageEntry = z.infer<typeof messageEntrySchema>;
