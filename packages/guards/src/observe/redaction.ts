export interface RedactionOptions {
  /** Names of fields whose values are left out, beside the ones that look like secrets. Case does not matter. */
  readonly fields?: readonly string[];
  /** Characters of one text; 500 unless given. */
  readonly maxText?: number;
  /** Characters of the whole as JSON; 8,000 unless given. Above it only the names of the fields are kept. */
  readonly maxJson?: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** Arguments as JSON that may be kept. Never throws. */
export type Redaction = (args: Fields) => string;

const REDACTED = '[redacted]';

/** Parts of names of fields that hold secrets. */
const SECRET_NAME =
  /pass(?:word|wd|phrase|code)|secret|token|credential|authoriz|api[-_]?key|private[-_]?key|cookie|^pwd$|^auth$|^pin$|^cvv$/i;
/** What is a secret under any name: schemes of Authorization, JWTs, keys in PEM, prefixes of well-known issuers. */
const SECRET_TEXT =
  /^(?:bearer|basic) \S|^eyJ[\w-]{8,}\.[\w-]+\.|-----BEGIN [A-Z ]*PRIVATE KEY|^(?:sk|pk|rk)[-_]\w|^gh[opsur]_\w|^github_pat_|^xox[abpr]-|^AKIA[0-9A-Z]{16}$|^tram_\w/i;
const MOST_NAMES_KEPT = 1000;
/** Callers make names up, and what is kept must not grow with them. */
const LONGEST_NAME_KEPT = 64;

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
      if (known.size < MOST_NAMES_KEPT && name.length <= LONGEST_NAME_KEPT) known.set(name, secret);
    }
    return secret;
  };
  const redactText = (text: string): string => {
    if (SECRET_TEXT.test(text)) return REDACTED;
    return text.length > maxText ? `${text.slice(0, maxText)}… (${text.length} characters)` : text;
  };
  // Not by a replacer: with one, JSON.stringify is slow for every value. Most arguments hold nothing to leave out, and
  // are written as they are; of others, what holds a secret is copied without it.
  const redact = (value: unknown): unknown => {
    if (typeof value === 'string') return redactText(value);
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    if ('toJSON' in value && typeof value.toJSON === 'function') return redact(value.toJSON());
    return Array.isArray(value) ? redactItems(value) : redactFields(value as Fields);
  };
  const redactItems = (items: readonly unknown[]): readonly unknown[] => {
    const redacted = items.map(redact);
    return redacted.some((item, index) => item !== items[index]) ? redacted : items;
  };
  const redactFields = (fields: Fields): Fields => {
    let changed: Record<string, unknown> | undefined;
    for (const name of Object.keys(fields)) {
      const value = fields[name];
      const kept = isSecret(name) ? REDACTED : redact(value);
      if (kept !== value) (changed ??= { ...fields })[name] = kept;
    }
    return changed ?? fields;
  };
  return args => {
    try {
      const json = JSON.stringify(redact(args));
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
