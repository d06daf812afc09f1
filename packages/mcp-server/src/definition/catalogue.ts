import type { ReadContext, ToolContext } from '../call-context.ts';
import { KitError } from '../kit-error.ts';
import type { Log } from '../log.ts';
import { createSchemaCompiler, type CompiledSchema, type SchemaCompiler } from './compiled-schema.ts';
import type { ReadReturn, Resource, StaticResource, TemplateResource } from './define-resource.ts';
import type { JsonSchema, Tool } from './define-tool.ts';
import { compileUriTemplate, type UriMatcher } from './uri-template.ts';

/** A tool ready to be called. */
export interface CompiledTool {
  readonly name: string;
  readonly input: CompiledSchema;
  readonly output: CompiledSchema | undefined;
  readonly timeoutMs: number;
  readonly handler: (args: unknown, context: ToolContext) => unknown;
  /** As in tools/list. */
  readonly published: PublishedTool;
}

export interface PublishedTool {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  readonly annotations?: object;
  readonly _meta?: object;
}

/** One resource, or a template that the URI has matched. */
export interface CompiledResource {
  readonly name: string;
  readonly mimeType: string | undefined;
  readonly timeoutMs: number;
  readonly read: (uri: string, context: ReadContext) => ReadReturn | Promise<ReadReturn>;
  /** As in resources/list or resources/templates/list. */
  readonly published: object;
}

interface CompiledTemplate extends Omit<CompiledResource, 'read'> {
  readonly match: UriMatcher;
  readonly read: TemplateResource['read'];
}

/** Everything a server offers, compiled once; nothing of it changes afterwards. */
export interface Catalogue {
  readonly tools: ReadonlyMap<string, CompiledTool>;
  readonly resources: readonly CompiledResource[];
  readonly templates: readonly Pick<CompiledTemplate, 'published'>[];
  /** A fixed URI before a template, templates in the order given. */
  readonly findResource: (uri: string) => CompiledResource | undefined;
}

const TOOL_NAME = /^[A-Za-z0-9_./-]{1,64}$/;
const DEFAULT_TIMEOUT_MS = 60_000;
/** setTimeout fires at once for anything longer. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
/** Far above any real URI; keeps a hostile one from costing time in the templates' patterns. */
const LONGEST_URI = 8192;
const IDEMPOTENT_META = { 'io.tramontane/idempotent': true };

/** @throws KitError `definition_invalid`, naming the tool or resource and what to change. */
export function compileCatalogue(
  tools: readonly Tool[],
  resources: readonly Resource[],
  log: Log,
): Catalogue {
  const compileSchema = createSchemaCompiler();
  const toolsByName = new Map<string, CompiledTool>();
  for (const tool of tools) {
    if (toolsByName.has(tool.name))
      refuse(`Tool "${tool.name}"`, 'is defined twice. Give each tool a name of its own.');
    toolsByName.set(tool.name, compileTool(tool, compileSchema));
  }
  const byUri = new Map<string, CompiledResource>();
  const templates = new Map<string, CompiledTemplate>();
  for (const resource of resources) {
    const key = 'uri' in resource ? resource.uri : resource.uriTemplate;
    if (byUri.has(key) || templates.has(key))
      refuse(`Resource ${key}`, 'is defined twice. Keep one of them.');
    if (!resource.description) {
      log.warn(
        { resource: key },
        `Resource ${key} has no description; a model cannot tell what it is for. Add one.`,
      );
    }
    if ('uri' in resource) byUri.set(key, compileStatic(resource));
    else templates.set(key, compileTemplate(resource));
  }
  const templateList = [...templates.values()];
  return {
    tools: toolsByName,
    resources: [...byUri.values()],
    templates: templateList,
    findResource: uri =>
      uri.length > LONGEST_URI ? undefined : (byUri.get(uri) ?? findByTemplate(templateList, uri)),
  };
}

function compileTool(tool: Tool, compileSchema: SchemaCompiler): CompiledTool {
  const subject = `Tool ${JSON.stringify(tool.name)}`;
  if (!TOOL_NAME.test(tool.name)) {
    refuse(subject, 'has a name that clients refuse. Use 1 to 64 of the characters A-Z a-z 0-9 _ . / -');
  }
  if (!tool.description?.trim()) refuse(subject, 'has no description. Say what it does and when to use it.');
  const input = within(`${subject}: input`, () => compileSchema(tool.input, 'input'));
  if (input.published['type'] !== 'object') {
    refuse(
      subject,
      'takes an input that is not an object. Use z.object({…}) or a JSON Schema with "type": "object".',
    );
  }
  const { output: outputSchema } = tool;
  const output = outputSchema && within(`${subject}: output`, () => compileSchema(outputSchema, 'output'));
  return {
    name: tool.name,
    input,
    output,
    timeoutMs: checkTimeout(subject, tool.timeoutMs),
    handler: (args, context) => tool.handler(args as never, context),
    published: {
      name: tool.name,
      ...(tool.title !== undefined && { title: tool.title }),
      description: tool.description,
      inputSchema: input.published,
      ...(output && { outputSchema: output.published }),
      ...(tool.annotations && { annotations: tool.annotations }),
      ...(tool.idempotent && { _meta: IDEMPOTENT_META }),
    },
  };
}

function compileStatic(resource: StaticResource): CompiledResource {
  const subject = `Resource ${resource.uri}`;
  if (!URL.canParse(resource.uri))
    refuse(subject, 'has no valid URI. Start it with a scheme, as in docs://handbook.');
  const { uri, size } = resource;
  return {
    ...compileCommon(subject, resource),
    read: (asked, context) => resource.read(asked, context),
    published: { uri, ...describeResource(resource), ...(size !== undefined && { size }) },
  };
}

function compileTemplate(resource: TemplateResource): CompiledTemplate {
  const { uriTemplate } = resource;
  const subject = `Resource ${uriTemplate}`;
  return {
    ...compileCommon(subject, resource),
    match: within(subject, () => compileUriTemplate(uriTemplate)),
    read: (params, context) => resource.read(params, context),
    published: { uriTemplate, ...describeResource(resource) },
  };
}

function compileCommon(
  subject: string,
  resource: Resource,
): Pick<CompiledResource, 'name' | 'mimeType' | 'timeoutMs'> {
  if (!resource.name.trim()) refuse(subject, 'has no name. Give it one.');
  return {
    name: resource.name,
    mimeType: resource.mimeType,
    timeoutMs: checkTimeout(subject, resource.timeoutMs),
  };
}

function describeResource({ name, title, description, mimeType, annotations }: Resource): object {
  return {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(mimeType !== undefined && { mimeType }),
    ...(annotations && { annotations }),
  };
}

function findByTemplate(templates: readonly CompiledTemplate[], uri: string): CompiledResource | undefined {
  for (const template of templates) {
    const params = template.match(uri);
    if (params === undefined) continue;
    const { name, mimeType, timeoutMs, published } = template;
    // The context is a live object with a getter for its signal: extended, never copied.
    const read: CompiledResource['read'] = (asked, context) =>
      template.read(params, Object.assign(Object.create(context) as ReadContext, { uri: asked }));
    return { name, mimeType, timeoutMs, published, read };
  }
  return undefined;
}

function checkTimeout(subject: string, timeoutMs = DEFAULT_TIMEOUT_MS): number {
  if (timeoutMs > 0 && timeoutMs <= LONGEST_TIMEOUT_MS) return timeoutMs;
  return refuse(
    subject,
    `has a timeoutMs of ${timeoutMs}. Give milliseconds, from 1 to ${LONGEST_TIMEOUT_MS}.`,
  );
}

/** Puts the name of what is being compiled before the reason why it cannot be. */
function within<T>(subject: string, compile: () => T): T {
  try {
    return compile();
  } catch (cause) {
    if (cause instanceof KitError) throw new KitError(cause.code, `${subject}: ${cause.message}`, { cause });
    throw cause;
  }
}

function refuse(subject: string, problem: string): never {
  throw new KitError('definition_invalid', `${subject} ${problem}`);
}
