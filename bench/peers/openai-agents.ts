// The loop as `@openai/agents` documents it: tools of an MCP server, listed once, and a model of chat completions.
import { Agent, MCPServerStreamableHttp, OpenAIProvider, Runner } from '@openai/agents';
import { INSTRUCTIONS, QUESTION, TEN_CALLS } from '../agent-runs.ts';
import { readText, serveRuns } from './serve-runs.ts';

const tools = new MCPServerStreamableHttp({ name: 'bench', url: readText('tools'), cacheToolsList: true });
await tools.connect();
const agent = new Agent({
  name: 'bench',
  instructions: INSTRUCTIONS,
  model: TEN_CALLS,
  mcpServers: [tools],
});
const runner = new Runner({
  modelProvider: new OpenAIProvider({ apiKey: 'none', baseURL: readText('model'), useResponses: false }),
  tracingDisabled: true,
});
serveRuns(async () => (await runner.run(agent, QUESTION, { maxTurns: 12 })).finalOutput ?? '');
