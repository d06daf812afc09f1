import { randomUUID } from 'node:crypto';
import { requireCapability, toDirectDialogue, type Dialect, type Dialogue } from '../../asking/dialogue.ts';
import type { Question } from '../../asking/question.ts';
import type { ClientDetails } from '../../call-context.ts';
import { failed } from '../../failure.ts';
import { KitError } from '../../kit-error.ts';
import type { RequestMeta } from '../../request-meta.ts';
import { CapabilityMissing } from '../../asking/dialogue.ts';

/** Without a session nobody has introduced themselves, and no answer would find its way back. */
const STRANGER: ClientDetails = { capabilities: {} };

/** A client of 2025 is asked with requests of the server's own, on the stream of the request they belong to. */
export const DIALECT_2025: Dialect = {
  readClient: (_params, { session }) => session?.client ?? STRANGER,
  readLogLevel: (_params, { session }) => session?.logLevel,
  openDialogue: (_params, meta) => open(meta),
  answerNow: async (questions, state, _params, meta) => {
    try {
      const answers = await Promise.all(
        Object.entries(questions).map(async ([key, question]) => [
          key,
          await ask(question, meta, meta.signal),
        ]),
      );
      return open(meta, { responses: Object.fromEntries(answers), state });
    } catch (error) {
      if (error instanceof CapabilityMissing) return failed('capability_missing', error.message);
      if (error instanceof KitError) return failed('client_failed', error.message);
      throw error;
    }
  },
};

function open(meta: RequestMeta, input?: Dialogue['input']): Dialogue {
  return toDirectDialogue((question, signal) => ask(question, meta, signal), input);
}

async function ask(question: Question, meta: RequestMeta, signal: AbortSignal): Promise<unknown> {
  const { session, notify } = meta;
  requireCapability(question, (notify && session?.client) ?? STRANGER);
  if (session === undefined || notify === undefined) return undefined;
  const { method, params } = question;
  // In 2025-11-25 a URL carries an id, by which its end could be announced.
  const asked = params['mode'] === 'url' ? { ...params, elicitationId: randomUUID() } : params;
  return session.ask(method, asked, notify, signal);
}
