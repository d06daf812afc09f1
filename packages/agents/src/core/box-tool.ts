import type { CallRoute, ToolSpec } from '@tramontane/engine';
import type { FunctionTool } from '@tramontane/wire';

/** A tool of a run before it has its name there: what the model reads, and where its calls go. */
export interface BoxTool {
  readonly spec: Omit<ToolSpec, 'name'>;
  readonly route: CallRoute;
}

/** A function that the caller runs. */
export function toBoxFunction({ function: definition }: FunctionTool): BoxTool {
  return {
    spec: {
      description: definition.description ?? '',
      inputSchema: definition.parameters,
      // Handing a call back to the caller runs nothing.
      readOnly: true,
      ...(definition.strict !== undefined && { strict: definition.strict }),
    },
    route: { target: { kind: 'caller' } },
  };
}
