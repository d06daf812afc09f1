/** A worker that lived for as long ended for a reason of its own. */
const STEADY_MS = 30_000;
const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/** How long to wait before another worker takes the place of one that ended; longer each time in a row. */
export function createRestartDelay(): { readonly afterLife: (livedMs: number) => number } {
  let inRow = 0;
  return {
    afterLife: livedMs => {
      inRow = livedMs >= STEADY_MS ? 0 : inRow + 1;
      return inRow <= 1 ? 0 : Math.min(FIRST_MS * 2 ** (inRow - 2), LONGEST_MS);
    },
  };
}
