/** A caller's own words in a message to it: shortened, since they may be as long as a body. */
export function quote(words: string): string {
  return JSON.stringify(words.length > 100 ? `${words.slice(0, 100)}…` : words);
}
