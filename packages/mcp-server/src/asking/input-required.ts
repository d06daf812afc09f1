import type { ToolSchema } from '../definition/define-tool.ts';
import { toPublishedSchema } from '../definition/published-schema.ts';
import type { ElicitForm, ElicitUrl, Question, SampleRequest } from './question.ts';

const INPUT_REQUIRED = Symbol('input required');

/** Returned by a handler instead of its result. Made by `inputRequired()`. */
export interface InputRequired {
  readonly [INPUT_REQUIRED]: true;
  readonly requests: Readonly<Record<string, Question>>;
  readonly state: unknown;
}

/**
 * Lets the client answer questions and call again; then the handler finds the answers in `context.input.responses`
 * and `state` in `context.input.state`. Both eras are served: a 2025 session is asked at once and the handler is run
 * again by the kit. `context.elicit()` and its like are the simpler way where the handler may run from its start.
 *
 * `state`: anything JSON can carry. The client can neither read nor change it, but it can send an old one.
 */
export function inputRequired(input: {
  readonly requests?: Readonly<Record<string, Question>>;
  readonly state?: unknown;
}): InputRequired {
  return { [INPUT_REQUIRED]: true, requests: input.requests ?? {}, state: input.state };
}

export function isInputRequired(value: unknown): value is InputRequired {
  return typeof value === 'object' && value !== null && INPUT_REQUIRED in value;
}

/** A question for `inputRequired()`: a form, or a URL to go to. */
export function elicitation(question: Omit<ElicitForm, 'key'> | Omit<ElicitUrl, 'key'>): Question {
  const params =
    'url' in question
      ? { mode: 'url', message: question.message, url: question.url }
      : { message: question.message, requestedSchema: toRequestedSchema(question.schema) };
  return { method: 'elicitation/create', params };
}

/** A question for `inputRequired()`: something for the client's model. */
export function sampling(request: Omit<SampleRequest, 'key'>): Question {
  return { method: 'sampling/createMessage', params: { ...request } };
}

/** A question for `inputRequired()`: the client's folders. */
export function roots(): Question {
  return { method: 'roots/list', params: {} };
}

/** Forms know a part of JSON Schema only, without `additionalProperties` and the dialect. */
function toRequestedSchema(schema: ToolSchema): object {
  const { $schema: _, additionalProperties: __, ...form } = toPublishedSchema(schema, 'input');
  return form;
}
