import { defineTool, type Tool, type ToolAnnotations, type ToolResult } from '../definition/define-tool.ts';
import type { ApiCredential } from './api-auth.ts';
import type { ApiOperation, ApiParameter, Method } from './api-operation.ts';
import { buildRequest, findFiles, type CallableOperation } from './build-request.ts';
import { Unsupported, type ApiDocument, type Json } from './parse-document.ts';
import { readPages, type Pagination } from './read-pages.ts';
import { readBody, shape, toUpstreamError, type Shaping } from './shape-response.ts';
import { createSchemaReader } from './to-json-schema.ts';
import type { Upstream } from './upstream.ts';

/** How one tool calls its API. */
export interface CallSettings extends Shaping {
  readonly pagination?: Pagination;
  /** Milliseconds for one request; 20,000 unless given. */
  readonly timeoutMs?: number;
}

export interface CallTarget {
  readonly api: string;
  readonly upstream: Upstream;
  readonly credentials: readonly ApiCredential[];
}

const TIMEOUT_MS = 20_000;
const LONGEST_DESCRIPTION = 1000;
/** Belong to the connection or to the credentials, whatever a document says. */
const RESERVED_HEADERS =
  /^(host|connection|content-length|transfer-encoding|te|trailer|upgrade|keep-alive|expect|cookie|proxy-.*|sec-.*)$/i;

/** An operation of a document as a tool. @throws Unsupported */
export function toTool(
  document: ApiDocument,
  operation: ApiOperation,
  target: CallTarget,
  settings: CallSettings & {
    readonly name: string;
    readonly description?: string;
    readonly reserved: ReadonlySet<string>;
  },
): Tool {
  const reader = createSchemaReader(document);
  const parameters = new Map<string, ApiParameter>();
  const properties: Record<string, Json> = {};
  const required: string[] = [];
  const paged =
    settings.pagination && settings.pagination.type !== 'link' ? settings.pagination.parameter : undefined;
  for (const parameter of operation.parameters) {
    const { name, place } = parameter;
    // The credential's place is the gateway's, and pages are its work.
    if (settings.reserved.has(`${place} ${name.toLowerCase()}`) || (place === 'query' && name === paged))
      continue;
    if (place === 'header' && RESERVED_HEADERS.test(name)) {
      if (parameter.required) throw new Unsupported(`a required header "${name}", which no caller may set`);
      continue;
    }
    const argument = freeName(toArgument(name), place, parameters);
    parameters.set(argument, parameter);
    properties[argument] = describe(reader.read(parameter.schema), parameter.description);
    if (parameter.required) required.push(argument);
  }
  const bodyArgument = parameters.has('body') ? 'request_body' : 'body';
  const { body } = operation;
  if (body !== undefined) {
    properties[bodyArgument] = describe(reader.read(body.schema), body.description);
    if (body.required) required.push(bodyArgument);
  }
  const callable: CallableOperation = {
    operation,
    parameters,
    bodyArgument,
    files: body === undefined ? new Set() : findFiles(document.root, body.schema),
  };
  const { definitions } = reader;
  return callTool(callable, target, settings, {
    name: settings.name,
    description: settings.description ?? toDescription(operation),
    input: {
      type: 'object',
      properties,
      required,
      additionalProperties: false,
      ...(Object.keys(definitions).length > 0 && { $defs: definitions }),
    },
  });
}

/** A tool that sends its arguments as one request, or page by page, and answers with what came back. */
export function callTool(
  callable: CallableOperation,
  { api, upstream, credentials }: CallTarget,
  settings: CallSettings,
  told: {
    readonly name: string;
    readonly description: string;
    readonly input: Json;
    readonly annotations?: ToolAnnotations;
  },
): Tool {
  const { method } = callable.operation;
  const { pagination, timeoutMs = TIMEOUT_MS } = settings;
  return defineTool({
    annotations: annotationsFor(method),
    ...told,
    timeoutMs: timeoutMs * (pagination?.maxPages ?? (pagination ? 5 : 1)) + TIMEOUT_MS,
    handler: async (args, { signal }) => {
      const request = await buildRequest(callable, args);
      const send = async (one: typeof request): ReturnType<Upstream['send']> => {
        const response = await upstream.send(one, credentials, signal, timeoutMs);
        if (response.status < 400) return response;
        throw toUpstreamError(
          api,
          method,
          response,
          credentials.flatMap(credential => credential.secrets()),
        );
      };
      if (pagination === undefined) return toResult(shape(readBody(await send(request)), settings));
      const { items, note } = await readPages(api, pagination, request, send, upstream);
      return toResult(shape(items, settings, note));
    },
  });
}

/** In full: an answer that looks like the result of a tool is still only data. */
function toResult(value: Json): ToolResult {
  return { structuredContent: value, content: [{ type: 'text', text: JSON.stringify(value) }] };
}

function annotationsFor(method: Method): ToolAnnotations {
  const readOnlyHint = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
  return readOnlyHint
    ? { readOnlyHint }
    : {
        readOnlyHint,
        destructiveHint: method !== 'POST',
        idempotentHint: method === 'PUT' || method === 'DELETE',
      };
}

function describe(schema: Json, description: string): Json {
  return description === '' || 'description' in schema
    ? schema
    : { ...schema, description: shorten(description) };
}

/** Names of arguments that every model vendor takes. */
function toArgument(name: string): string {
  return (
    name
      .replaceAll(/[^A-Za-z0-9_.-]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')
      .slice(0, 60) || 'value'
  );
}

function freeName(name: string, place: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(name)) return name;
  let free = `${name}_${place}`;
  for (let number = 2; taken.has(free); number += 1) free = `${name}_${place}_${number}`;
  return free;
}

function toDescription({ method, path, summary, description, deprecated }: ApiOperation): string {
  const said = [summary, description]
    .map(text => text.trim())
    .filter((text, index, all) => text !== '' && all.indexOf(text) === index);
  const text = shorten(said.join('\n\n') || `Calls ${method} ${path}.`);
  return deprecated ? `Deprecated. ${text}` : text;
}

function shorten(text: string): string {
  return text.length > LONGEST_DESCRIPTION ? `${text.slice(0, LONGEST_DESCRIPTION).trimEnd()}…` : text;
}
