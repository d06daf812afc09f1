/** Names of the rules of `checkDesign`. */
export type DesignRule =
  | 'name-refused-elsewhere'
  | 'name-vague'
  | 'name-repeats'
  | 'description-short'
  | 'description-repeats'
  | 'catch-all'
  | 'required-not-stated'
  | 'parameter-undescribed'
  | 'boolean-trap'
  | 'effect-not-stated'
  | 'too-many-tools';

/** `message` is a whole sentence that says what to do. `tool` is absent when it is about the server. */
export interface DesignFinding {
  readonly rule: DesignRule;
  readonly tool?: string;
  readonly message: string;
}

/** What the rules look at. */
export interface CheckedTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly CheckedParameter[];
  /** The input schema has a `required` list, which may be empty. */
  readonly statesRequired: boolean;
  readonly saysWhetherItChanges: boolean;
}

export interface CheckedParameter {
  readonly name: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly required: boolean;
}
