import type {
  ClientCapabilities,
  CreateMessageRequest,
  CreateMessageResult,
  ElicitRequest,
  ElicitResult,
  ListRootsResult,
  Client,
} from '@modelcontextprotocol/client';
import type { Exchanges } from './exchanges.ts';

export type { CreateMessageResult, ElicitResult, ListRootsResult };
export type ElicitParams = ElicitRequest['params'];
export type CreateMessageParams = CreateMessageRequest['params'];

/** Who asks, and until when an answer is of use. */
export interface AskedBy {
  /** Origin of the server. */
  readonly server: string;
  readonly signal: AbortSignal;
}

/**
 * What servers may ask of this client while one of their tools, prompts or resources is at work: by requests of their
 * own in 2025, by results of type `input_required` in 2026. What is left out is not declared, so servers must not ask.
 */
export interface Answers {
  /** Answer a form. Defaults of its schema fill what an accepted answer leaves out. */
  readonly elicit?: (params: ElicitParams, by: AskedBy) => Promise<ElicitResult>;
  readonly sample?: (params: CreateMessageParams, by: AskedBy) => Promise<CreateMessageResult>;
  readonly listRoots?: (by: AskedBy) => Promise<ListRootsResult>;
}

export function capabilitiesFor(answers: Answers): ClientCapabilities {
  return {
    ...(answers.elicit && { elicitation: { form: { applyDefaults: true } } }),
    ...(answers.sample && { sampling: {} }),
    ...(answers.listRoots && { roots: {} }),
  };
}

/** Rounds of questions within one call after which it is given up: a server could ask for ever. */
export const MAX_ROUNDS = 16;

export function addAnswers(client: Client, answers: Answers, server: string, exchanges: Exchanges): void {
  const { elicit, sample, listRoots } = answers;
  /** A person may need minutes, which are not the server's. */
  const unhurried = async <T>(answer: Promise<T>): Promise<T> => answer.finally(exchanges.pause());
  if (elicit)
    client.setRequestHandler('elicitation/create', ({ params }, { mcpReq }) =>
      unhurried(elicit(params, { server, signal: mcpReq.signal })),
    );
  if (sample)
    client.setRequestHandler('sampling/createMessage', ({ params }, { mcpReq }) =>
      unhurried(sample(params, { server, signal: mcpReq.signal })),
    );
  if (listRoots)
    client.setRequestHandler('roots/list', (_request, { mcpReq }) =>
      unhurried(listRoots({ server, signal: mcpReq.signal })),
    );
}
