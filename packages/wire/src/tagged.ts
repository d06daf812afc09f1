/** The `type` an object is taken for when it has none, and the keys that give it away. */
export type TagRule = readonly [type: string, keys: readonly string[]];

/**
 * Fills in a missing `type` by the first rule whose keys are all present. Raw HTTP callers leave it out, as the
 * provider's own documentation does; the SDKs never do. Anything else is returned untouched, so that the schema
 * behind it reports what is wrong.
 */
export function withInferredType(value: unknown, rules: readonly TagRule[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || 'type' in value) return value;
  const rule = rules.find(([, keys]) => keys.every(key => Object.hasOwn(value, key)));
  return rule === undefined ? value : { ...value, type: rule[0] };
}

/** The same shapes with `type` optional. */
export type Untyped<T> = T extends { type: infer K } ? Omit<T, 'type'> & { type?: K } : never;
