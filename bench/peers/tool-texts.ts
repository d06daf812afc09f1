/** The same words for every peer, so that lists are of the same size. The first tool is `add`. */
export const ADD = {
  name: 'add',
  title: 'Add two numbers',
  description: 'Adds two numbers and returns their sum.',
} as const;

export interface ToolText {
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

/** Tools beside `add`. */
export function otherTools(count: number): readonly ToolText[] {
  return Array.from({ length: Math.max(count - 1, 0) }, (_, index) => ({
    name: `combine_${index + 1}`,
    title: `Combine ${index + 1}`,
    description: `Combines two numbers in way ${index + 1} and returns the outcome as a sum.`,
  }));
}
