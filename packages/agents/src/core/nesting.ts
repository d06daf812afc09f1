/** Levels of lists and objects in data from outside. Deeper ones overflow the stack of whoever walks them, PostgreSQL included. */
export const MAX_DEPTH = 200;

/** Whether data has more than {@link MAX_DEPTH} levels. Level by level: a function that calls itself is what such data breaks. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value].filter(isNested);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap(item => Object.values(item as object).filter(isNested));
  }
  return false;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
