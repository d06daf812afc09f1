import { KitError } from '../kit-error.ts';
import type { Question } from './question.ts';

type Fields = Readonly<Record<string, unknown>>;

const ACTIONS: readonly unknown[] = ['accept', 'decline', 'cancel'];

/**
 * Checks that the client's answer is one to this question, as far as the protocol says what one looks like. A form's
 * content is checked against its schema where the schema is at hand.
 *
 * @throws KitError `client_failed`, saying what is wrong.
 */
export function checkAnswer({ method }: Question, answer: unknown): Fields {
  if (!isFields(answer)) return refuse(method, 'it is not an object');
  switch (method) {
    case 'elicitation/create':
      if (!ACTIONS.includes(answer['action'])) {
        return refuse(method, '"action" must be "accept", "decline" or "cancel"');
      }
      if (answer['content'] !== undefined && !isFields(answer['content'])) {
        return refuse(method, '"content" must be an object');
      }
      return answer;
    case 'sampling/createMessage':
      if (typeof answer['content'] !== 'object' || answer['content'] === null) {
        return refuse(method, '"content" must be an object or an array');
      }
      if (typeof answer['model'] !== 'string') return refuse(method, '"model" must be a string');
      return answer;
    case 'roots/list': {
      const list: unknown = answer['roots'];
      if (!Array.isArray(list) || !list.every(root => isFields(root) && typeof root['uri'] === 'string')) {
        return refuse(method, '"roots" must be an array of objects with a "uri"');
      }
      return answer;
    }
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(method: string, why: string): never {
  throw new KitError('client_failed', `The answer to ${method} cannot be used: ${why}.`);
}
