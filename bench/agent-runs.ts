/** What the contenders of the agents' works agree on. */
export const TEN_CALLS = 'ten-calls';
/** What the model says after ten answered calls, and so what a whole run answers. */
export const TEN_DONE = 'Ten sums were made.';
/** A provider's own time to its first token, in milliseconds. */
export const SLOW_MS = 300;
export const QUESTION = 'Make ten sums, one after another.';
export const INSTRUCTIONS = 'You add numbers with the tool add, one pair at a time.';
