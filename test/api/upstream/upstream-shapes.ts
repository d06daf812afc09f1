import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { isRecord, record } from '../shapes.ts';
import { readFrames } from '../read-stream.ts';
import { ADDED_KEYS } from './added-keys.ts';

// Shapes of every answer, as the provider's published OpenAPI document gives them, and of the endpoints that its
// client has beside that document. Cut down to answers; no text of the document is in it.

const document = record(JSON.parse(readFileSync(new URL('responses.json', import.meta.url), 'utf8')));
const operations = Object.entries(record(document['operations'])).map(([key, schema]) => {
  const [method, path = '', status, stream] = key.split(' ');
  const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
  return { key, method, pattern, status: Number(status), isStream: stream === 'stream', schema };
});

const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  formats: {
    binary: true,
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
    uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    uri: url => URL.canParse(url),
  },
});
const root = { $id: 'upstream', schemas: closed(record(document['schemas'])) };

/** Objects that name their keys have no others, but for those that are added on purpose. */
function closed(schemas: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      if (!isRecord(schema) || !isRecord(schema['properties'])) return [name, schema];
      const added = Object.fromEntries((ADDED_KEYS[name] ?? []).map(key => [key, {}]));
      const open = schema['additionalProperties'] === true;
      return [
        name,
        {
          ...schema,
          properties: { ...schema['properties'], ...added },
          ...(!open && { additionalProperties: false }),
        },
      ];
    }),
  );
}

const validators = new Map<string, ValidateFunction>();
function validatorOf(key: string, schema: unknown): ValidateFunction {
  if (validators.size === 0) ajv.addSchema(root);
  const known = validators.get(key);
  if (known) return known;
  const made = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('#/schemas/', 'upstream#/schemas/')));
  validators.set(key, made);
  return made;
}

export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Where an answer differs from the shape that the provider's document gives it; nothing where that is silent. */
export function differences(method: string, path: string, answer: Answered): string[] {
  const plainPath = (path.split('?')[0] ?? '').replace(/^\/v1\/v1\//, '/v1/').replace(/\/$/, '');
  if (answer.status === 422)
    return check('422', { $ref: '#/schemas/HTTPValidationError' }, JSON.parse(answer.text));
  const isStream = answer.type.startsWith('text/event-stream');
  const found = operations.find(
    each =>
      each.method === method &&
      each.status === answer.status &&
      each.isStream === isStream &&
      each.pattern.test(plainPath),
  );
  if (!found) return [];
  if (!isStream) return check(found.key, found.schema, JSON.parse(answer.text));
  return itemsOf(answer.text).flatMap(item => check(found.key, found.schema, item));
}

/** What each frame holds; of completions, without the mark of the end. */
function itemsOf(text: string): unknown[] {
  if (text.startsWith('event:')) return readFrames(text).map(({ data }) => data);
  return text
    .split('\n\n')
    .filter(frame => frame.startsWith('data: ') && frame !== 'data: [DONE]')
    .map(frame => JSON.parse(frame.slice('data: '.length)) as unknown);
}

function check(key: string, schema: unknown, value: unknown): string[] {
  const validate = validatorOf(key, schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${key}: ${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
