import type { $ZodType } from 'zod/v4/core';
import type { JsonSchema, Tool } from '../definition/define-tool.ts';
import { refuse } from '../definition/refuse.ts';
import { toPublishedSchema } from '../definition/published-schema.ts';
import type { ApiParameter, Method } from './api-operation.ts';
import { isJson } from './parse-document.ts';
import { callTool, type CallSettings, type CallTarget } from './to-tool.ts';

/** A tool that is one request, for an API without a document. */
export interface ApiCall extends CallSettings {
  readonly name: string;
  readonly description: string;
  readonly method: Method;
  /** Below the base address, as in `/customers/{id}/notes`: `{id}` is the argument of this name. */
  readonly path: string;
  /** A zod 4 schema of an object without transforms, or a JSON Schema. */
  readonly input: $ZodType | JsonSchema;
  /** Where the other arguments go: the query of GET, HEAD and DELETE, else the body as JSON, unless given. */
  readonly send?: 'query' | 'json' | 'form';
}

const MEDIA = { json: 'application/json', form: 'application/x-www-form-urlencoded' };

/** @throws KitError `definition_invalid` */
export function toCallTool(
  call: ApiCall,
  target: CallTarget,
  defaults: CallSettings,
  reserved: ReadonlySet<string>,
): Tool {
  const { name, description, method, path } = call;
  const input = toPublishedSchema(call.input, 'input');
  const properties = isJson(input['properties']) ? input['properties'] : {};
  const { send = method === 'GET' || method === 'HEAD' || method === 'DELETE' ? 'query' : 'json' } = call;
  const parameters = new Map<string, ApiParameter>();
  for (const [, argument = ''] of path.matchAll(/\{([^{}]+)\}/g)) {
    if (!(argument in properties))
      refuse(`Tool ${JSON.stringify(name)}`, `has {${argument}} in its path, and no such argument.`);
    parameters.set(argument, toParameter(argument, 'path'));
  }
  const others = Object.keys(properties).filter(argument => !parameters.has(argument));
  if (send === 'query')
    for (const argument of others) parameters.set(argument, toParameter(argument, 'query'));
  const taken = others.find(argument => send === 'query' && reserved.has(`query ${argument.toLowerCase()}`));
  if (taken !== undefined)
    refuse(`Tool ${JSON.stringify(name)}`, `has an argument "${taken}" where the credential goes.`);
  const body =
    send === 'query' ? undefined : { mediaType: MEDIA[send], required: true, description: '', schema: {} };
  return callTool(
    { operation: { method, path, ...(body && { body }) }, parameters, files: new Set() },
    target,
    { ...defaults, ...call },
    { name, description, input },
  );
}

function toParameter(name: string, place: 'path' | 'query'): ApiParameter {
  return {
    name,
    place,
    required: false,
    description: '',
    style: place === 'path' ? 'simple' : 'form',
    explode: true,
    allowReserved: false,
    isJsonText: false,
    schema: {},
  };
}
