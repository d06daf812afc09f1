import { createSchemaCompiler } from '../definition/compiled-schema.ts';
import { compileTool } from '../definition/compile-tool.ts';
import type { Tool } from '../definition/define-tool.ts';
import { refuse } from '../definition/refuse.ts';
import { KitError } from '../kit-error.ts';
import type { ApiAuth, ApiCredential } from './api-auth.ts';
import { attempt, readOperations, type ApiOperation } from './api-operation.ts';
import { toCallTool, type ApiCall } from './api-call.ts';
import { parseApiDocument, type Json } from './parse-document.ts';
import { toTool, type CallSettings, type CallTarget } from './to-tool.ts';
import { createToolNames } from './tool-names.ts';
import { openUpstream } from './upstream.ts';

export interface ApiGatewayOptions extends CallSettings {
  /** As callers and messages know the API: `billing`. */
  readonly name: string;
  /**
   * Where the API is, as in `http://billing:8000/v1`. Its host and port are let through, also private ones, and nothing
   * else: the `servers` of a document do not count.
   */
  readonly baseUrl: string;
  /** For every request. */
  readonly auth?: ApiAuth;
  /** By the names of the document's security schemes: an operation gets those that it asks for. */
  readonly schemes?: Readonly<Record<string, ApiAuth>>;
  /** OpenAPI 3.0 or 3.1, as JSON, YAML or an object. */
  readonly document?: string | Json;
  /** Which operations become tools: those that only read unless given; all; these ids; or a choice. */
  readonly operations?: 'read' | 'all' | readonly string[] | ((operation: ApiOperation) => boolean);
  /** Before the names of tools from the document, as in `billing_`. */
  readonly prefix?: string;
  /** By operation id: another name or description, pages, fields and limits of its own. */
  readonly overrides?: Readonly<
    Record<string, CallSettings & { readonly name?: string; readonly description?: string }>
  >;
  /** Tools written by hand, for APIs without a document. */
  readonly calls?: readonly ApiCall[];
}

/** An operation that was chosen and cannot be a tool; the reason ends "it has …" */
export interface LeftOut {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly reason: string;
}

export interface ApiGateway extends AsyncDisposable {
  readonly tools: readonly Tool[];
  readonly leftOut: readonly LeftOut[];
  readonly close: () => Promise<void>;
}

/**
 * Makes tools of an HTTP API: of the operations of an OpenAPI document, and of calls written by hand. Requests go to the
 * API's own origin with the gateway's own credentials.
 *
 * @throws KitError `definition_invalid` for a document, an address or a choice that cannot be
 */
export function openApiGateway(options: ApiGatewayOptions): ApiGateway {
  const { name, auth, schemes = {}, calls = [] } = options;
  const upstream = openUpstream(name, options.baseUrl, [...(auth ? [auth] : []), ...Object.values(schemes)]);
  const own = auth ? [upstream.credential(auth)] : [];
  const bySchemes = new Map(
    Object.entries(schemes).map(([scheme, one]) => [scheme, upstream.credential(one)]),
  );
  const reserved = reservedPlaces([...(auth ? [auth] : []), ...Object.values(schemes)]);
  const tools: Tool[] = calls.map(call =>
    toCallTool(call, { api: name, upstream, credentials: own }, options, reserved),
  );
  const leftOut: LeftOut[] = [];
  const compile = createSchemaCompiler();
  const nameOf = createToolNames(options.prefix ?? '');

  const credentialsFor = ({ security }: ApiOperation): readonly ApiCredential[] | string => {
    if (bySchemes.size === 0 || security.length === 0) return own;
    const fitting = security.find(names => names.every(one => bySchemes.has(one)));
    if (fitting === undefined)
      return `no credentials among "schemes" for ${security.map(names => names.join(' and ')).join(', or ')}`;
    return [...own, ...fitting.flatMap(one => bySchemes.get(one) ?? [])];
  };

  if (options.document !== undefined) {
    const document = parseApiDocument(name, options.document);
    const isChosen = toChoice(options.operations ?? 'read');
    const ids = new Set<string>();
    for (const read of readOperations(document)) {
      const { id, method, path } = read;
      ids.add(id);
      const leave = (reason: string): void => void leftOut.push({ id, method, path, reason });
      if ('problem' in read) {
        leave(read.problem);
        continue;
      }
      if (!isChosen(read.operation)) continue;
      const credentials = credentialsFor(read.operation);
      if (typeof credentials === 'string') {
        leave(credentials);
        continue;
      }
      const target: CallTarget = { api: name, upstream, credentials };
      const settings = { ...options, ...options.overrides?.[id] };
      const { description } = options.overrides?.[id] ?? {};
      const tool = attempt(() =>
        toTool(document, read.operation, target, {
          ...pickSettings(settings),
          name: options.overrides?.[id]?.name ?? nameOf(id),
          ...(description !== undefined && { description }),
          reserved,
        }),
      );
      const problem = typeof tool === 'string' ? tool : problemOf(() => compileTool(tool, compile));
      if (problem !== undefined) leave(problem);
      else if (typeof tool !== 'string') tools.push(tool);
    }
    const named = [
      ...(Array.isArray(options.operations) ? (options.operations as string[]) : []),
      ...Object.keys(options.overrides ?? {}),
    ];
    const missing = named.find(id => !ids.has(id));
    if (missing !== undefined)
      refuse(`The document of the API "${name}"`, `has no operation ${JSON.stringify(missing)}.`);
  } else if (calls.length === 0) {
    refuse(`The API "${name}"`, 'has neither a "document" nor "calls", so there would be no tools.');
  }
  return { tools, leftOut, close: () => upstream.close(), [Symbol.asyncDispose]: () => upstream.close() };
}

function pickSettings({ pick, maxItems, maxBytes, pagination, timeoutMs }: CallSettings): CallSettings {
  return {
    ...(pick && { pick }),
    ...(maxItems !== undefined && { maxItems }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(pagination && { pagination }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}

function toChoice(
  operations: NonNullable<ApiGatewayOptions['operations']>,
): (operation: ApiOperation) => boolean {
  if (typeof operations === 'function') return operations;
  if (operations === 'all') return () => true;
  if (operations === 'read') return ({ method }) => method === 'GET' || method === 'HEAD';
  return ({ id }) => operations.includes(id);
}

/** Where credentials go: no argument may stand there. */
function reservedPlaces(auths: readonly ApiAuth[]): ReadonlySet<string> {
  return new Set([
    'header authorization',
    ...auths.flatMap(auth => (auth.type === 'api_key' ? [`${auth.in} ${auth.name.toLowerCase()}`] : [])),
  ]);
}

function problemOf(compile: () => unknown): string | undefined {
  try {
    compile();
    return undefined;
  } catch (error) {
    if (error instanceof KitError) return error.message;
    throw error;
  }
}
