/** What a server says in `WWW-Authenticate` when it wants other credentials (RFC 6750, RFC 9449, RFC 9728). */
export interface Challenge {
  readonly scheme: 'bearer' | 'dpop' | undefined;
  readonly resourceMetadata?: string;
  readonly scope?: string;
  readonly error?: string;
}

const PARAMETER = /([!#$%&'*+.^_`|~\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gy;
const SCHEME = /(bearer|dpop|[a-z][a-z\d-]*)(?:\s+|$)(?!\s*=)/iy;

/** The best challenge of the header: DPoP before Bearer, since a server that offers both would rather have it. */
export function parseChallenge(header: string | null): Challenge {
  const challenges = splitChallenges(header ?? '');
  const of = (scheme: string) => challenges.find(challenge => challenge.scheme === scheme);
  const found = of('dpop') ?? of('bearer');
  if (!found) return { scheme: undefined };
  const { resource_metadata: resourceMetadata, scope, error } = found.parameters;
  return {
    scheme: found.scheme === 'dpop' ? 'dpop' : 'bearer',
    ...(resourceMetadata !== undefined && { resourceMetadata }),
    ...(scope !== undefined && scope.trim() !== '' && { scope: scope.trim() }),
    ...(error !== undefined && { error }),
  };
}

interface RawChallenge {
  readonly scheme: string;
  readonly parameters: Record<string, string>;
}

function splitChallenges(header: string): RawChallenge[] {
  const challenges: RawChallenge[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match) at = pattern.lastIndex;
    return match;
  };
  while (at < header.length) {
    const current = challenges.at(-1);
    const parameter = current && take(PARAMETER);
    if (parameter) {
      const [, name = '', quoted, bare] = parameter;
      current.parameters[name.toLowerCase()] ??= quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
      continue;
    }
    const scheme = take(SCHEME);
    if (scheme?.[1] === undefined) at += 1;
    else challenges.push({ scheme: scheme[1].toLowerCase(), parameters: {} });
  }
  return challenges;
}
