import type { FastifyInstance } from 'fastify';
import { callTool, INTERNAL_ERROR, type ToolOutcome } from '../call-tool.ts';
import type { ToolResult } from '../definition/define-tool.ts';
import { parseJson } from '../engine/json.ts';
import { isRecord } from '../engine/rpc.ts';
import type { McpServer } from '../server.ts';
import { toText } from '../tool-result.ts';
import type { ToMeta } from './request-meta.ts';

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
 * Serves the plain HTTP form of the Mistral guide: `GET <path>/tools` lists, `POST <path>/tools/invoke` calls.
 * A call that was understood is answered 200 whether the tool worked or not; `success` says which.
 */
export function addRestForm(app: FastifyInstance, path: string, server: McpServer, toMeta: ToMeta): void {
  const tools = [...server.catalogue.tools.values()].map(({ published }) => ({
    name: published.name,
    description: published.description,
    input_schema: published.inputSchema,
    // More than the guide has, and only where it is declared: a client decides by it whether a call may be repeated.
    ...(published.annotations && { annotations: published.annotations }),
    ...(published._meta && { _meta: published._meta }),
  }));
  const list = JSON.stringify({ tools });
  app.get(`${path}/tools`, (_request, reply) => reply.header('content-type', 'application/json').send(list));

  app.post(`${path}/tools/invoke`, async (request, reply) => {
    const invocation = parseInvocation(request.body);
    if ('problems' in invocation) return reply.code(422).send({ detail: invocation.problems });
    const call = {
      name: invocation.name,
      args: invocation.arguments,
      idempotencyKey: request.headers['idempotency-key']?.toString() || undefined,
    };
    const outcome = await callTool(server.catalogue, call, toMeta(request, reply), server.log);
    return reply.header('content-type', 'application/json').send(toJson(outcome, server, call.name));
  });
}

function parseInvocation(body: unknown): Invocation | { readonly problems: readonly BodyProblem[] } {
  let value: unknown;
  try {
    value = parseJson(String(body));
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
