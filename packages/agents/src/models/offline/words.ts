/** A word of a text and where it stands. */
interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export function findWords(text: string): Word[] {
  return [...text.matchAll(/[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu)].map(match => ({
    text: match[0].toLowerCase().replace('’', "'"),
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** The words inside an identifier: `getUserByID`, `get_user_by_id` and `get-user by.id` give the same. */
export function splitName(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word !== '')
    .map(word => word.toLowerCase());
}

/** Without the plural. Verbs stay apart: "created tickets" must not read as "create ticket". */
export function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 4 && /(?:s|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2);
  if (word.length > 3 && word.endsWith('s') && !/(?:ss|us|is)$/.test(word)) return word.slice(0, -1);
  return word;
}

/** For search: plural and verb endings gone. */
export function stem(word: string): string {
  let base = singular(word.toLowerCase().replace(/'\w+$/, ''));
  if (base.length > 5 && /(?:ed|ing)$/.test(base)) {
    base = base.replace(/(?:ed|ing)$/, '').replace(/([b-df-hj-np-tv-z])\1$/, '$1');
  }
  return base.length > 4 ? base.replace(/e$/, '') : base;
}

function list(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/));
}

/** Grammar, and the verbs that fit every tool. */
const PLAIN_WORDS = list(
  'a an the this that these those and or but if so as at by for from in into of off on onto out over to up with without about ' +
    'i me my mine we us our you your he him his she her it its they them their who whom whose which what when where why how ' +
    'is are was were be been being am do does did done have has had can could will would shall should may might must ' +
    'please all any some each every one other another than then now here there again still only just also too ' +
    'get give show list find search look lookup fetch read query tell know need want like let make use using call run tool tools help see return ' +
    "i'm i'd i'll it's what's who's where's that's let's don't can't",
);

const SMALL_TALK = list(
  'thanks thank hello hi hey good morning evening day night welcome bye ok okay yes no not sure well very really today ' +
    'nice great fine new many much more most few anything something everything',
);

/** A word that says nothing of what is wanted: grammar, verbs for every tool, small talk. */
export function isEmptyWord(word: string): boolean {
  return isPlainWord(word) || SMALL_TALK.has(word.toLowerCase());
}

/** Grammar and verbs for every tool only: "hello" may be the very text that is to be sent. */
export function isPlainWord(word: string): boolean {
  return PLAIN_WORDS.has(word.toLowerCase());
}

export function escapePattern(text: string): string {
  return text.replaceAll(/[^\w\s]/g, '\\$&');
}
