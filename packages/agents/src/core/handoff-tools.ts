import type { BoxTool } from './box-tool.ts';
import type { Named } from './tool-names.ts';

/** An agent that may take over, as it was when the run's plan was made. */
export interface HandoffPlan {
  readonly agentId: string;
  readonly name: string;
  readonly description: string | null;
}

/** How a model hands over: a tool without arguments for each agent, in the order the agent names them. */
export function toHandoffTools(
  handoffs: readonly HandoffPlan[],
): (Named<BoxTool> & { readonly connector: string })[] {
  return handoffs.map(({ agentId, name, description }) => ({
    name: `handoff_to_${name}`,
    connector: 'agent',
    item: {
      spec: {
        description: [
          `Hands this conversation over to the agent ${JSON.stringify(name)}, who answers instead of you.`,
          ...(description === null || description === '' ? [] : [description]),
        ].join(' '),
        inputSchema: { type: 'object', properties: {}, additionalProperties: false },
        readOnly: true,
      },
      route: { target: { kind: 'handoff', agentId } },
    },
  }));
}
