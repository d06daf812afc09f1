/** Something that a person who reads a text would not see, or that speaks to a model instead of to them. */
export interface TextMark {
  readonly kind: 'hidden_characters' | 'instruction';
  /** The code points, or the words it was found by. */
  readonly found: string;
}

/**
 * Characters without a glyph of their own: zero-width ones, marks and overrides of direction, fillers, variation
 * selectors beyond the usual two, tags (which spell out ASCII unseen), and control characters but tab and line breaks.
 */
const HIDDEN: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x08],
  [0x0b, 0x0c],
  [0x0e, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180e],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0d],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff9, 0xfffb],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];

/** Ways in which descriptions of tools were seen to take hold of a model. Hints for a person, and no proof. */
const INSTRUCTIONS: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:previous|prior|earlier|above|all|other|system)\b[^.\n]{0,30}\b(?:instructions?|prompts?|rules?|messages?)/i,
  /<\/?\s*(?:important|system|secret|instructions?|assistant|admin)\s*>/i,
  /\b(?:do not|don't|never|without)\b[^.\n]{0,30}\b(?:tell|telling|mention|mentioning|inform|informing|reveal|show|notify)\b[^.\n]{0,40}\b(?:user|human|anyone|person|this)\b/i,
  /\b(?:before|after|when(?:ever)?|instead of)\s+(?:using|calling|you (?:use|call))\b[^.\n]{0,60}\b(?:must|always|first|should)\b/i,
  /\byou (?:must|are required to|have to)\b[^.\n]{0,60}\b(?:call|use|read|send|pass|include|forward|execute|run)\b/i,
  /(?:~\/\.ssh|\bid_rsa\b|\.env\b|\/etc\/passwd|\bmcp\.json\b|\bprivate key\b)/i,
  /\b(?:you are now|act as|new instructions|system prompt|jailbreak)\b/i,
  /\b(?:send|forward|post|upload|exfiltrate|bcc)\b[^.\n]{0,60}\b(?:conversation|chat history|credentials?|api keys?|passwords?|tokens?)\b/i,
];

/** Longest piece of a text that is repeated in a mark. */
const MAX_FOUND = 120;
/** Most code points that are named in a mark. */
const MAX_POINTS = 12;

export function findMarks(text: string): TextMark[] {
  const marks: TextMark[] = [];
  const characters = Array.from(text);
  const hidden = new Set(characters.filter(isHidden));
  if (hidden.size > 0) {
    const points = [...hidden].slice(0, MAX_POINTS).map(character => `U+${toHex(character)}`);
    marks.push({ kind: 'hidden_characters', found: points.join(' ') });
  }
  // What is spelled with hidden characters in between is read without them.
  const plain = hidden.size === 0 ? text : characters.filter(character => !hidden.has(character)).join('');
  for (const pattern of INSTRUCTIONS) {
    const match = pattern.exec(plain);
    if (match) marks.push({ kind: 'instruction', found: match[0].replace(/\s+/g, ' ').slice(0, MAX_FOUND) });
  }
  return marks;
}

function isHidden(character: string): boolean {
  const point = character.codePointAt(0) ?? 0;
  return HIDDEN.some(([from, to]) => point >= from && point <= to);
}

function toHex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
