export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Found extends Span {
  /** What the pattern's first group caught, or all of it. */
  readonly value: string;
}

/** A text from which values are taken: what one argument has taken, the next does not get again. */
export interface Scan {
  readonly text: string;
  /** The first untaken match. `quoted: false` looks outside quotation marks only. */
  readonly find: (pattern: RegExp, options?: { readonly quoted?: boolean }) => Found | undefined;
  readonly findAll: (pattern: RegExp) => Found[];
  readonly take: (span: Span) => void;
  /** What nobody has taken, in pieces. */
  readonly rest: () => string[];
}

/** Strings in quotation marks or code marks. An apostrophe inside a word opens nothing. */
export const QUOTED = /(?<!\w)"([^"\n]+)"|“([^“”]+)”|«([^«»]+)»|`([^`]+)`|(?<!\w)'([^'\n]+)'(?!\w)/;

export function createScan(text: string): Scan {
  const taken: Span[] = [];
  const quotes = matchesOf(QUOTED, text);
  const isFree = (span: Span): boolean => !taken.some(other => overlaps(span, other));
  const findAll = (pattern: RegExp): Found[] => matchesOf(pattern, text).filter(isFree);
  return {
    text,
    findAll,
    find: (pattern, { quoted = true } = {}) =>
      findAll(pattern).find(found => quoted || !quotes.some(quote => overlaps(found, quote))),
    take: span => taken.push(span),
    rest: () => {
      const pieces: string[] = [];
      let from = 0;
      for (const span of [...taken].sort((a, b) => a.start - b.start)) {
        if (span.start > from) pieces.push(text.slice(from, span.start));
        from = Math.max(from, span.end);
      }
      return [...pieces, text.slice(from)];
    },
  };
}

function overlaps(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end;
}

function matchesOf(pattern: RegExp, text: string): Found[] {
  const flags = pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`;
  return [...text.matchAll(new RegExp(pattern.source, flags))].map(match => ({
    value: match.slice(1).find(group => group !== undefined) ?? match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}
