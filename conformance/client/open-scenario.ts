import { randomUUID } from 'node:crypto';
import { openEgress, parseAllowList } from '@tramontane/egress';
import {
  openConnections,
  type ServerTarget,
  type ToolListing,
  type ToolResult,
} from '@tramontane/mcp-client';
import { authFor } from './authorization.ts';

/** What a scenario may do with the kit's server. */
export interface Scenario {
  readonly url: string;
  /** Data of the kit for this scenario, as it was given. */
  readonly context: unknown;
  listTools(): Promise<ToolListing>;
  callTool(name: string, args?: Record<string, unknown>): Promise<ToolResult>;
  request(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 20_000;

/** The client as the Agents API has it, with a person who agrees to everything and a model that says one sentence. */
export function openScenario(url: string, context: unknown, name: string | undefined): Scenario {
  const egress = openEgress({ allow: parseAllowList('loopback') });
  const connections = openConnections({
    egress,
    clientName: 'tramontane-conformance',
    answers: {
      // An empty form: the defaults of its schema are what the kit looks for.
      elicit: async () => ({ action: 'accept', content: {} }),
      sample: async () => ({
        role: 'assistant',
        model: 'conformance',
        content: { type: 'text', text: 'This is an answer for a test.' },
      }),
      listRoots: async () => ({ roots: [{ uri: 'file:///conformance', name: 'conformance' }] }),
    },
  });
  const target: ServerTarget = {
    scope: { workspace: 'conformance', connector: 'kit', credential: 'none' },
    url,
    auth: authFor(name, context, egress),
    timeoutMs: TIMEOUT_MS,
  };
  const { signal } = new AbortController();
  return {
    url,
    context,
    listTools: () => connections.listTools(target, { signal }),
    callTool: (name, args = {}) =>
      connections.callTool(target, { name, arguments: args, idempotencyKey: randomUUID(), signal }),
    request: (method, params = {}) => connections.request(target, { method, params, signal }),
    async close() {
      await connections.close();
      await egress.close();
    },
  };
}
