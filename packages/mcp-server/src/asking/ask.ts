import { checkAnswer } from './check-answer.ts';
import { checkForm } from './check-form.ts';
import type { Dialogue } from './dialogue.ts';
import { elicitation, roots, sampling } from './input-required.ts';
import type {
  CreateMessageResult,
  ElicitAnswer,
  ElicitForm,
  ElicitUrl,
  Root,
  SampleRequest,
} from './question.ts';

/** @throws KitError, see `RequestContext.elicit`. */
export async function elicit(
  dialogue: Dialogue,
  asked: ElicitForm | ElicitUrl,
  signal: AbortSignal,
): Promise<ElicitAnswer<unknown>> {
  const question = elicitation(asked);
  const answer = checkAnswer(question, await dialogue.ask(asked.key, question, signal));
  const action = answer['action'] as ElicitAnswer<unknown>['action'];
  if (action !== 'accept') return { action };
  const content = (answer['content'] ?? {}) as Readonly<Record<string, unknown>>;
  return { action, content: 'url' in asked ? undefined : await checkForm(asked.schema, content) };
}

/** @throws KitError, see `RequestContext.elicit`. */
export async function sample(
  dialogue: Dialogue,
  { key, ...request }: SampleRequest,
  signal: AbortSignal,
): Promise<CreateMessageResult> {
  const question = sampling(request);
  const answer = checkAnswer(question, await dialogue.ask(key, question, signal));
  return answer as unknown as CreateMessageResult;
}

/** @throws KitError, see `RequestContext.elicit`. */
export async function listRoots(
  dialogue: Dialogue,
  key: string | undefined,
  signal: AbortSignal,
): Promise<readonly Root[]> {
  const question = roots();
  return checkAnswer(question, await dialogue.ask(key, question, signal))['roots'] as readonly Root[];
}
