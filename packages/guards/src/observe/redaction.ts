export interface RedactionOptions {
  /** Names of fields whose values are left out, beside the ones that look like secrets. Case does not matter. */
  readonly fields?: readonly string[];
  /** Characters of one text; 500 unless given. */
  readonly maxText?: number;
  /** Characters of the whole as JSON; 8,000 unless given. Above it only the names of the fields are kept. */
  readonly maxJson?: number;
}

/** Arguments as JSON that may be kept. Never throws. */
export type Redaction = (args: Readonly<Record<string, unknown>>) => string;

const REDACTED = '[redacted]';

/** Parts of names of fields that hold secrets. */
const SECRET_NAME =
  /pass(?:word|wd|phrase|code)|secret|token|credential|authoriz|api[-_]?key|private[-_]?key|cookie|^pwd$|^auth$|^pin$|^cvv$/i;
/** What is a secret under any name: schemes of Authorization, JWTs, keys in PEM, prefixes of well-known issuers. */
const SECRET_TEXT =
  /^(?:bearer|basic) \S|^eyJ[\w-]{8,}\.[\w-]+\.|-----BEGIN [A-Z ]*PRIVATE KEY|^(?:sk|pk|rk)[-_]\w|^gh[opsur]_\w|^github_pat_|^xox[abpr]-|^AKIA[0-9A-Z]{16}$|^tram_\w/i;
const MOST_NAMES_KEPT = 1000;

/** Leaves out what must not be written down: by name of the field at any depth, by the look of the value, by length. */
export function createRedaction(options: RedactionOptions = {}): Redaction {
  const { fields = [], maxText = 500, maxJson = 8000 } = options;
  const given = new Set(fields.map(field => field.toLowerCase()));
  // The same few names come with every call.
  const known = new Map<string, boolean>();
  const isSecret = (name: string): boolean => {
    let secret = known.get(name);
    if (secret === undefined) {
      secret = SECRET_NAME.test(name) || given.has(name.toLowerCase());
      if (known.size < MOST_NAMES_KEPT) known.set(name, secret);
    }
    return secret;
  };
  const replace = (name: string, value: unknown): unknown => {
    if (name !== '' && isSecret(name)) return REDACTED;
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'string') return value;
    if (SECRET_TEXT.test(value)) return REDACTED;
    return value.length > maxText ? `${value.slice(0, maxText)}… (${value.length} characters)` : value;
  };
  return args => {
    try {
      const json = JSON.stringify(args, replace);
      if (json.length <= maxJson) return json;
      return JSON.stringify({
        left_out: `${json.length} characters`,
        fields: Object.keys(args).slice(0, 50),
      });
    } catch {
      return '{"left_out":"not JSON"}';
    }
  };
}
