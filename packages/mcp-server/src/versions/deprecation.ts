import type { Tool } from '../definition/define-tool.ts';
import { KitError } from '../kit-error.ts';

/** A server, or a version of one, that shall no longer be used. It goes on working until its operator ends it. */
export interface Deprecation {
  /** Day or moment from which on it counts as deprecated: ISO 8601, as in `2026-06-01`. */
  readonly since: string;
  /** Day or moment after which it may be gone. */
  readonly sunset?: string;
  /** What to do instead, to go on after "Use", as in `version 2, at /v2`. */
  readonly use?: string;
  /** Address of what comes after it, or of a page about it. */
  readonly link?: string;
}

/** Says it to models and people: at the end of every tool's description. */
export function noteDeprecation(
  tools: readonly Tool[],
  deprecation: Deprecation | undefined,
): readonly Tool[] {
  if (deprecation === undefined) return tools;
  const note = describeDeprecation(deprecation);
  return tools.map(tool => ({ ...tool, description: `${tool.description} ${note}` }));
}

function describeDeprecation({ since, sunset, use }: Deprecation): string {
  const until = sunset === undefined ? '' : `, and may be gone after ${sunset}`;
  return `(Deprecated since ${since}${until}.${use === undefined ? '' : ` Use ${use}.`})`;
}

/**
 * Says it to programs, in the headers of every answer: `Deprecation` (RFC 9745), `Sunset` (RFC 8594), `Link`.
 *
 * @throws KitError `definition_invalid` for a date that is none, or a link no header can carry.
 */
export function toDeprecationHeaders({ since, sunset, link }: Deprecation): Readonly<Record<string, string>> {
  return {
    deprecation: `@${Math.floor(parseDate('since', since) / 1000)}`,
    ...(sunset !== undefined && { sunset: new Date(parseDate('sunset', sunset)).toUTCString() }),
    ...(link !== undefined && { link: `<${parseLink(link)}>; rel="deprecation"` }),
  };
}

function parseDate(field: string, value: string): number {
  const time = Date.parse(value);
  if (!Number.isNaN(time)) return time;
  throw new KitError(
    'definition_invalid',
    `deprecated.${field} is ${JSON.stringify(value)}, which is no date. Write it as in 2026-06-01.`,
  );
}

function parseLink(link: string): string {
  if (/^[!-;=?-~]+$/.test(link)) return link;
  throw new KitError(
    'definition_invalid',
    `deprecated.link is ${JSON.stringify(link)}, which no header can carry. Give a URL or a path without spaces.`,
  );
}
