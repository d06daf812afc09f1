/** Who calls, as a guard found out. */
export interface Caller {
  /**
   * The same for the same person or program, whatever credential they come with: tasks, sessions and limits belong to
   * it. The name of a token, or issuer and subject of an OAuth token; `token:` and its fingerprint for one without name.
   */
  readonly subject: string;
  /** 16 hex digits that tell credentials apart and do not give them away; may be logged. */
  readonly fingerprint: string;
  /** What the caller may do; `undefined`: everything. */
  readonly scopes?: ReadonlySet<string>;
  /** Of an OAuth token, as its issuer signed or answered them. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Which of `required` the caller lacks. Nobody at all lacks them all. */
export function missingScopes(caller: Caller | undefined, required: readonly string[]): readonly string[] {
  if (caller === undefined) return required;
  const { scopes } = caller;
  return scopes === undefined ? [] : required.filter(scope => !scopes.has(scope));
}
