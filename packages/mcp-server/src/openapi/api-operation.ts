import {
  isJson,
  listOf,
  resolveReference,
  textOf,
  Unsupported,
  type ApiDocument,
  type Json,
} from './parse-document.ts';

export type Method = 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
const METHODS: readonly Method[] = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];

export type ParameterPlace = 'path' | 'query' | 'header' | 'cookie';
export type ParameterStyle =
  'simple' | 'label' | 'matrix' | 'form' | 'spaceDelimited' | 'pipeDelimited' | 'deepObject';

/** How one value is sent (OpenAPI 3.1, "Parameter Object"). */
export interface ApiParameter {
  readonly name: string;
  readonly place: ParameterPlace;
  readonly required: boolean;
  readonly description: string;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  /** Characters such as `/` go out as they are. */
  readonly allowReserved: boolean;
  /** The value goes out as JSON text. */
  readonly isJsonText: boolean;
  readonly schema: unknown;
}

export interface ApiBody {
  readonly mediaType: string;
  readonly required: boolean;
  readonly description: string;
  readonly schema: unknown;
}

/** One operation of a document, in one form for both versions. */
export interface ApiOperation {
  /** `operationId`, or method and path where there is none. */
  readonly id: string;
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly deprecated: boolean;
  readonly parameters: readonly ApiParameter[];
  readonly body?: ApiBody;
  /** Names of security schemes: one of the lists is needed, all of it. Empty: nothing is needed. */
  readonly security: readonly (readonly string[])[];
}

/** An operation, or why it cannot be called. */
export type ReadOperation = {
  readonly id: string;
  readonly method: string;
  readonly path: string;
} & ({ readonly operation: ApiOperation } | { readonly problem: string });

export function readOperations(document: ApiDocument): readonly ReadOperation[] {
  const { root } = document;
  return Object.entries(isJson(root['paths']) ? root['paths'] : {}).flatMap(
    ([path, given]): readonly ReadOperation[] => {
      const readItem = (): unknown => resolveReference(root, given);
      const item = attempt(readItem);
      if (typeof item === 'string') return [{ id: path, method: '*', path, problem: item }];
      if (!isJson(item)) return [];
      return METHODS.concat('TRACE' as Method).flatMap((method): readonly ReadOperation[] => {
        const operation = item[method.toLowerCase()];
        if (!isJson(operation)) return [];
        const id = textOf(operation['operationId']) || `${method} ${path}`;
        if ((method as string) === 'TRACE')
          return [{ id, method, path, problem: 'the method TRACE, which HTTP clients do not send' }];
        const read = attempt(() => readOperation(root, { id, method, path }, item, operation));
        return [
          { id, method, path, ...(typeof read === 'string' ? { problem: read } : { operation: read }) },
        ];
      });
    },
  );
}

/** What was read, or what stands in the way. */
export function attempt<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unsupported) return error.message;
    if (error instanceof RangeError) return 'schemas that are nested too deeply';
    throw error;
  }
}

function readOperation(
  root: Json,
  place: Pick<ApiOperation, 'id' | 'method' | 'path'>,
  item: Json,
  operation: Json,
): ApiOperation {
  const parameters = new Map<string, ApiParameter>();
  for (const given of [...listOf(item['parameters']), ...listOf(operation['parameters'])]) {
    const parameter = readParameter(resolveReference(root, given));
    // One of the operation stands for the one of its path.
    if (parameter !== undefined) parameters.set(`${parameter.place} ${parameter.name}`, parameter);
  }
  // A document may forget the parameters of its own path.
  for (const [, name = ''] of place.path.matchAll(/\{([^{}]+)\}/g)) {
    if (!parameters.has(`path ${name}`))
      parameters.set(
        `path ${name}`,
        toParameter({ name, place: 'path', required: true, schema: { type: 'string' } }),
      );
  }
  const body = readBody(root, resolveReference(root, operation['requestBody']));
  const security = listOf(operation['security'] ?? root['security']).filter(isJson);
  return {
    ...place,
    summary: textOf(operation['summary']) || textOf(item['summary']),
    description: textOf(operation['description']),
    tags: listOf(operation['tags']).map(String),
    deprecated: operation['deprecated'] === true,
    parameters: [...parameters.values()],
    ...(body && { body }),
    security: security.map(one => Object.keys(one)),
  };
}

const PLACES = new Set(['path', 'query', 'header', 'cookie']);
/** Of these the specification says that their definition is ignored. */
const IGNORED_HEADERS = new Set(['accept', 'content-type', 'authorization']);

function readParameter(given: unknown): ApiParameter | undefined {
  if (!isJson(given)) return undefined;
  const place = textOf(given['in']);
  const name = textOf(given['name']);
  if (name === '' || !PLACES.has(place)) throw new Unsupported(`a parameter "${name}" in "${place}"`);
  if (place === 'header' && IGNORED_HEADERS.has(name.toLowerCase())) return undefined;
  const [media] = Object.entries(isJson(given['content']) ? given['content'] : {});
  return toParameter({
    name,
    place: place as ParameterPlace,
    required: place === 'path' || given['required'] === true,
    description: textOf(given['description']),
    style: textOf(given['style']) as ParameterStyle,
    explode: given['explode'],
    allowReserved: given['allowReserved'] === true,
    isJsonText: media !== undefined && isJsonMedia(media[0]),
    schema: media === undefined ? given['schema'] : isJson(media[1]) ? media[1]['schema'] : undefined,
  });
}

const STYLES: Readonly<Record<ParameterPlace, readonly ParameterStyle[]>> = {
  path: ['simple', 'label', 'matrix'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  header: ['simple'],
  cookie: ['form'],
};

function toParameter(given: {
  readonly name: string;
  readonly place: ParameterPlace;
  readonly required: boolean;
  readonly schema: unknown;
  readonly description?: string;
  readonly style?: ParameterStyle;
  readonly explode?: unknown;
  readonly allowReserved?: boolean;
  readonly isJsonText?: boolean;
}): ApiParameter {
  const styles = STYLES[given.place];
  const style = styles.find(one => one === given.style) ?? styles[0] ?? 'simple';
  return {
    description: '',
    allowReserved: false,
    isJsonText: false,
    ...given,
    style,
    explode: typeof given.explode === 'boolean' ? given.explode : style === 'form',
  };
}

/** JSON first: a model writes it best. */
const BODY_MEDIA: readonly ((type: string) => boolean)[] = [
  isJsonMedia,
  type => type === 'application/x-www-form-urlencoded',
  type => type === 'multipart/form-data',
  type => type.startsWith('text/') || /[/+]xml$/.test(type),
  type => type === 'application/octet-stream' || /^(image|audio|video)\//.test(type),
  type => type === '*/*',
];

function readBody(root: Json, given: unknown): ApiBody | undefined {
  if (!isJson(given) || !isJson(given['content'])) return undefined;
  const media = Object.entries(given['content']);
  if (media.length === 0) return undefined;
  for (const fits of BODY_MEDIA) {
    const found = media.find(([type]) => fits(bareType(type)));
    if (found === undefined) continue;
    const content = resolveReference(root, found[1]);
    return {
      mediaType: bareType(found[0]) === '*/*' ? 'application/json' : found[0],
      required: given['required'] === true,
      description: textOf(given['description']),
      schema: isJson(content) ? content['schema'] : undefined,
    };
  }
  throw new Unsupported(`a body of ${media.map(([type]) => type).join(' or ')}`);
}

export function bareType(type: string): string {
  return (type.split(';')[0] ?? '').trim().toLowerCase();
}

export function isJsonMedia(type: string): boolean {
  return (
    /^[\w.-]+\/([\w.-]+\+)?(json|jsonc)$/.test(bareType(type)) ||
    bareType(type) === 'application/merge-patch+json'
  );
}
