/** A guard taken out: what stands in a file, and what stands there without the guard. */
export interface Cut {
  readonly guard: string;
  readonly file: string;
  /** Is there once. */
  readonly text: string;
  readonly without: string;
  /** Files of tests; at least one of them fails when the guard is out. */
  readonly tests: readonly string[];
}
