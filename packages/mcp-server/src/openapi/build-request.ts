import { ToolError } from '../kit-error.ts';
import { bareType, isJsonMedia, type ApiOperation, type ApiParameter } from './api-operation.ts';
import { isJson, resolveReference, type Json } from './parse-document.ts';
import { toHeaderText, toPairs, toPathText, toText } from './serialize-parameter.ts';
import type { ApiRequest } from './upstream.ts';

/** An operation with the names its arguments have in the tool. */
export interface CallableOperation {
  readonly operation: Pick<ApiOperation, 'method' | 'path' | 'body'>;
  /** By argument. */
  readonly parameters: ReadonlyMap<string, ApiParameter>;
  /** The argument that is the body; unless given, all that are no parameters make it. */
  readonly bodyArgument?: string;
  /** Fields of a form that are files: their base64 is opened. */
  readonly files: ReadonlySet<string>;
}

/** @throws ToolError for arguments that no request can carry */
export async function buildRequest(callable: CallableOperation, args: Json): Promise<ApiRequest> {
  const { operation, parameters } = callable;
  let { path } = operation;
  const query: (readonly [string, string])[] = [];
  const cookies: (readonly [string, string])[] = [];
  const headers: Record<string, string> = {};
  for (const [argument, parameter] of parameters) {
    const value = args[argument];
    if (value === undefined) continue;
    if (parameter.place === 'path')
      path = path.replace(`{${parameter.name}}`, () => toSegment(argument, parameter, value));
    else if (parameter.place === 'query') query.push(...toPairs(parameter, value));
    else if (parameter.place === 'cookie') cookies.push(...toPairs(parameter, value));
    else headers[parameter.name.toLowerCase()] = checkHeader(argument, toHeaderText(parameter, value));
  }
  const given =
    callable.bodyArgument === undefined ? withoutParameters(args, parameters) : args[callable.bodyArgument];
  const body =
    operation.body && given !== undefined
      ? await toBody(operation.body.mediaType, given, callable.files)
      : undefined;
  return {
    method: operation.method,
    path,
    query,
    cookies,
    headers: { ...headers, ...(body && { 'content-type': body.mediaType }) },
    ...(body && { body: body.content }),
  };
}

function withoutParameters(args: Json, parameters: ReadonlyMap<string, unknown>): Json {
  return Object.fromEntries(Object.entries(args).filter(([argument]) => !parameters.has(argument)));
}

/** A value fills its place in the path, and cannot move to another one. */
function toSegment(argument: string, parameter: ApiParameter, value: unknown): string {
  const text = toPathText(parameter, value);
  if (text === '' || /^\.{1,2}$/.test(text))
    throw new ToolError(`Invalid arguments: "${argument}" cannot be ${JSON.stringify(toText(value))}.`);
  return text;
}

function checkHeader(argument: string, text: string): string {
  // They end a header, or are refused by HTTP.
  if (text.split('').some(character => character < ' ' && character !== '\t'))
    throw new ToolError(
      `Invalid arguments: "${argument}" contains a line break or another control character.`,
    );
  return encodeURI(text).replaceAll(/%(20|22|5B|5D|7C|25)/g, decodeURIComponent);
}

async function toBody(
  mediaType: string,
  value: unknown,
  files: ReadonlySet<string>,
): Promise<{ readonly mediaType: string; readonly content: string | Uint8Array }> {
  const type = bareType(mediaType);
  if (isJsonMedia(type)) return { mediaType, content: JSON.stringify(value) };
  if (type === 'application/x-www-form-urlencoded') {
    const form = new URLSearchParams();
    for (const [name, one] of Object.entries(isJson(value) ? value : {}))
      for (const item of Array.isArray(one) ? one : [one]) form.append(name, toText(item));
    return { mediaType: type, content: form.toString() };
  }
  if (type === 'multipart/form-data') {
    const form = new FormData();
    for (const [name, one] of Object.entries(isJson(value) ? value : {})) {
      for (const item of Array.isArray(one) ? (one as readonly unknown[]) : [one]) {
        if (files.has(name)) form.append(name, new Blob([Buffer.from(toText(item), 'base64')]), name);
        else form.append(name, toText(item));
      }
    }
    const encoded = new Response(form);
    return {
      mediaType: encoded.headers.get('content-type') ?? type,
      content: new Uint8Array(await encoded.arrayBuffer()),
    };
  }
  if (type === 'application/octet-stream' || /^(image|audio|video)\//.test(type))
    return { mediaType, content: Buffer.from(toText(value), 'base64') };
  return { mediaType, content: toText(value) };
}

/** Of a form: the properties that are bytes. */
export function findFiles(root: Json, schema: unknown): ReadonlySet<string> {
  const resolved = resolveReference(root, schema);
  const properties = isJson(resolved) && isJson(resolved['properties']) ? resolved['properties'] : {};
  const isFile = (one: unknown): boolean => {
    const property = resolveReference(root, one);
    if (!isJson(property)) return false;
    if (property['type'] === 'array') return isFile(property['items']);
    return property['format'] === 'binary' || property['contentMediaType'] === 'application/octet-stream';
  };
  return new Set(Object.keys(properties).filter(name => isFile(properties[name])));
}
