/**
 * What may be there already. Nearly every check is done at once, and a promise for each step of the way would cost more
 * than the step.
 */
export type MaybePromise<Value> = Value | Promise<Value>;

/** `step` runs at once when the value is there. What either throws is thrown at once then, too. */
export function andThen<Value, Next>(
  value: MaybePromise<Value>,
  step: (value: Value) => MaybePromise<Next>,
): MaybePromise<Next> {
  return value instanceof Promise ? value.then(step) : step(value);
}
