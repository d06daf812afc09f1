import { createApiClient } from './api-client.ts';
import { openDemoAgent, type DemoAgent } from './demo-agent.ts';
import { isRecord, toRecords, type JsonRecord } from './records.ts';

/** The guide's own sentence (section "Using MCP Tools"). */
export const DEMO_QUESTION = 'Query the database for all users created in the last 7 days';

/** What happened in the demo conversation, as the API told it. */
export interface DemoResult {
  readonly agent: DemoAgent;
  readonly conversationId: string;
  readonly offlineModel: boolean;
  /** The outputs of the answer: tool executions and messages, in order. */
  readonly outputs: readonly JsonRecord[];
  readonly discoveryMs: number;
  readonly answerMs: number;
}

/** Runs one conversation over real HTTP. Throws StartError when a request fails. */
export async function runDemo(options: {
  url: string;
  key: string;
  company: { url: string; token: string };
  signal: AbortSignal;
}): Promise<DemoResult> {
  const api = createApiClient(options);
  const began = performance.now();
  const agent = await openDemoAgent(api, options.company, options.signal);
  const discovered = performance.now();
  const { body, headers } = await api.request('POST', '/v1/conversations', {
    agent_id: agent.id,
    inputs: DEMO_QUESTION,
  });
  const response: JsonRecord = isRecord(body) ? body : {};
  return {
    agent,
    conversationId: String(response['conversation_id']),
    offlineModel: headers.get('x-tramontane-model') === 'offline',
    outputs: toRecords(response['outputs']),
    discoveryMs: discovered - began,
    answerMs: performance.now() - discovered,
  };
}
