import { MUTE_DIALECT } from '../asking/dialogue.ts';
import { callTool, type ToolOutcome } from '../call-tool.ts';
import type { Catalogue } from '../definition/catalogue.ts';
import type { PublishedTool } from '../definition/compile-tool.ts';
import type { ToolResult } from '../definition/define-tool.ts';
import { parseJson } from '../engine/json.ts';
import { isRecord } from '../engine/rpc.ts';
import { createToolViews } from '../engine/tool-views.ts';
import { INTERNAL_ERROR } from '../failure.ts';
import { guardCall } from '../guard-call.ts';
import type { RequestMeta } from '../request-meta.ts';
import type { McpServer } from '../server.ts';
import { toText } from '../tool-result.ts';
import { json, jsonText, type HttpAnswer } from './http-message.ts';
import { toRequestMeta } from './request-meta.ts';
import { refuseType, type Endpoint, type Route } from './route.ts';

/** What is wrong with a body, in the form FastAPI made common: where, what, which kind. */
interface BodyProblem {
  readonly loc: readonly string[];
  readonly msg: string;
  readonly type: string;
}

type Invocation = { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };

/** The field names and `null`s are those of the guide's `ToolResult`. */
interface RestResult {
  readonly success: boolean;
  readonly result: unknown;
  readonly error: string | null;
}

/**
 * The plain HTTP form of the Mistral guide: `GET <path>/tools` lists, `POST <path>/tools/invoke` calls.
 * A call that was understood is answered 200 whether the tool worked or not; `success` says which.
 */
export function createRestForm(server: McpServer, path: string, bodyLimit: number): readonly Route[] {
  // Made once for each catalogue: `server.update` brings another.
  let listed: { readonly of: Catalogue; readonly views: (meta: RequestMeta) => HttpAnswer } | undefined;
  const list: Endpoint = (request, visit) => {
    const { catalogue } = server;
    if (listed?.of !== catalogue) listed = { of: catalogue, views: createToolViews(catalogue, listTools) };
    return listed.views(toRequestMeta(request, visit));
  };
  const invoke: Endpoint = async (request, visit) => {
    const refused = refuseType(request);
    if (refused) return refused;
    const invocation = parseInvocation(await request.readBody(bodyLimit));
    if ('problems' in invocation) return json(422, { detail: invocation.problems });
    const call = {
      name: invocation.name,
      args: invocation.arguments,
      params: {},
      idempotencyKey: request.header('idempotency-key') || undefined,
      meta: toRequestMeta(request, visit),
      dialect: MUTE_DIALECT,
    };
    const { catalogue, log } = server;
    const outcome = await guardCall(catalogue, call, log, admitted => callTool(catalogue, admitted, log));
    if (outcome.kind === 'failed' && outcome.scopes) {
      return { ...json(403, { detail: outcome.message }), scopes: outcome.scopes };
    }
    return jsonText(200, toJson(outcome, server, call.name));
  };
  return [
    { path: `${path}/tools`, endpoints: { GET: list } },
    { path: `${path}/tools/invoke`, endpoints: { POST: invoke } },
  ];
}

function listTools(tools: readonly PublishedTool[]): HttpAnswer {
  const entries = tools.map(published => ({
    name: published.name,
    description: published.description,
    input_schema: published.inputSchema,
    // More than the guide has, and only where it is declared: a client decides by it whether a call may be repeated.
    ...(published.annotations && { annotations: published.annotations }),
    ...(published._meta && { _meta: published._meta }),
  }));
  return json(200, { tools: entries });
}

function parseInvocation(body: string): Invocation | { readonly problems: readonly BodyProblem[] } {
  let value: unknown;
  try {
    value = parseJson(body);
  } catch {
    return { problems: [{ loc: ['body'], msg: 'The body is not valid JSON', type: 'json_invalid' }] };
  }
  if (!isRecord(value)) {
    return {
      problems: [{ loc: ['body'], msg: 'The body must be a JSON object', type: 'model_attributes_type' }],
    };
  }
  const { name, arguments: args } = value;
  if (typeof name === 'string' && isRecord(args)) return { name, arguments: args };
  const problems: BodyProblem[] = [];
  if (typeof name !== 'string') problems.push(toProblem('name', name, 'a string', 'string_type'));
  if (!isRecord(args)) problems.push(toProblem('arguments', args, 'an object', 'dict_type'));
  return { problems };
}

function toProblem(field: string, value: unknown, expected: string, type: string): BodyProblem {
  return value === undefined
    ? { loc: ['body', field], msg: 'Field required', type: 'missing' }
    : { loc: ['body', field], msg: `Must be ${expected}`, type };
}

/** Written here, not by Fastify: a value that JSON cannot carry is the tool's failure, not a broken request. */
function toJson(outcome: ToolOutcome, { log }: McpServer, tool: string): string {
  try {
    return JSON.stringify(toRestResult(outcome));
  } catch (error) {
    log.error({ tool, err: error }, `Tool "${tool}" returned what JSON cannot carry.`);
    return JSON.stringify({ success: false, result: null, error: INTERNAL_ERROR } satisfies RestResult);
  }
}

function toRestResult(outcome: ToolOutcome): RestResult {
  if (outcome.kind === 'failed') return { success: false, result: null, error: outcome.message };
  if (outcome.kind === 'input_needed') {
    return {
      success: false,
      result: null,
      error: 'This tool asks back, which callers of this form cannot answer.',
    };
  }
  if (outcome.result.isError) {
    return {
      success: false,
      result: null,
      error: toText(outcome.result) || 'The tool failed without saying why.',
    };
  }
  return { success: true, result: toRestValue(outcome.result), error: null };
}

/** The plainest form that loses nothing: the value, else the text, else the blocks. */
function toRestValue({ structuredContent, content }: ToolResult): unknown {
  if (structuredContent !== undefined) return structuredContent;
  const [first, ...rest] = content;
  if (first === undefined) return null;
  return first.type === 'text' && rest.length === 0 ? first.text : content;
}
