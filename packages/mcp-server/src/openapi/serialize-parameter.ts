import type { ApiParameter } from './api-operation.ts';

type Pairs = readonly (readonly [string, string])[];

/**
 * A value in the form of its style (OpenAPI 3.1, "Style Values"; RFC 6570).
 *
 * - `path`: the text in place of `{name}`, encoded;
 * - `header`: the value;
 * - `query`, `cookie`: pairs, encoded.
 */
export function toPathText(parameter: ApiParameter, value: unknown): string {
  const { name, style, explode } = parameter;
  const encode = encodeURIComponent;
  if (parameter.isJsonText) return encode(JSON.stringify(value));
  if (style === 'matrix') {
    if (!isList(value) && !isRecord(value)) return `;${encode(name)}=${encode(toText(value))}`;
    if (!explode) return `;${encode(name)}=${flatten(value).map(encode).join(',')}`;
    return isList(value)
      ? value.map(one => `;${encode(name)}=${encode(toText(one))}`).join('')
      : pairsOf(value)
          .map(([key, one]) => `;${encode(key)}=${encode(one)}`)
          .join('');
  }
  const separator = style === 'label' && explode ? '.' : ',';
  const text =
    isRecord(value) && explode
      ? pairsOf(value)
          .map(([key, one]) => `${encode(key)}=${encode(one)}`)
          .join(separator)
      : flatten(value).map(encode).join(separator);
  return style === 'label' ? `.${text}` : text;
}

export function toHeaderText({ explode, isJsonText }: ApiParameter, value: unknown): string {
  if (isJsonText) return JSON.stringify(value);
  if (isRecord(value) && explode)
    return pairsOf(value)
      .map(([key, one]) => `${key}=${one}`)
      .join(',');
  return flatten(value).join(',');
}

export function toPairs(parameter: ApiParameter, value: unknown): Pairs {
  const { name, style, explode, allowReserved } = parameter;
  const encode = allowReserved ? encodeReserved : encodeURIComponent;
  const key = encodeURIComponent(name);
  if (parameter.isJsonText) return [[key, encode(JSON.stringify(value))]];
  if (isRecord(value)) {
    if (style === 'deepObject') return deepPairs(key, value, encode);
    if (explode) return pairsOf(value).map(([inner, one]) => [encodeURIComponent(inner), encode(one)]);
    return [[key, flatten(value).map(encode).join(delimiterOf(style))]];
  }
  if (!isList(value)) return [[key, encode(toText(value))]];
  if (explode || style === 'deepObject') return value.map(one => [key, encode(toText(one))]);
  return [[key, value.map(one => encode(toText(one))).join(delimiterOf(style))]];
}

function delimiterOf(style: ApiParameter['style']): string {
  if (style === 'spaceDelimited') return '%20';
  return style === 'pipeDelimited' ? '%7C' : ',';
}

/** `filter[status][]=open`: deeper than one level is not in the specification, but what servers read. */
function deepPairs(
  key: string,
  value: Readonly<Record<string, unknown>>,
  encode: (text: string) => string,
): Pairs {
  return Object.entries(value).flatMap(([inner, one]): Pairs => {
    const name = `${key}%5B${encodeURIComponent(inner)}%5D`;
    if (isRecord(one)) return deepPairs(name, one, encode);
    return isList(one) ? one.map(item => [name, encode(toText(item))]) : [[name, encode(toText(one))]];
  });
}

/** RFC 3986 reserved characters stay, but for those that would end the value or the query. */
function encodeReserved(text: string): string {
  return encodeURI(text).replaceAll(/[&+#=]/g, encodeURIComponent);
}

function pairsOf(value: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  return Object.entries(value).map(([key, one]) => [key, toText(one)]);
}

function flatten(value: unknown): readonly string[] {
  if (isList(value)) return value.map(toText);
  return isRecord(value) ? pairsOf(value).flat() : [toText(value)];
}

export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return JSON.stringify(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
