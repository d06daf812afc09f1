// The loop as the Vercel AI SDK documents it: tools of an MCP client, listed once, and `generateText`.
import { createMCPClient } from '@ai-sdk/mcp';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, isStepCount } from 'ai';
import { INSTRUCTIONS, QUESTION, TEN_CALLS } from '../agent-runs.ts';
import { readText, serveRuns } from './serve-runs.ts';

const client = await createMCPClient({ transport: { type: 'http', url: readText('tools') } });
const tools = await client.tools();
const provider = createOpenAICompatible({ name: 'bench', baseURL: readText('model'), apiKey: 'none' });
serveRuns(async () => {
  const { text } = await generateText({
    model: provider(TEN_CALLS),
    instructions: INSTRUCTIONS,
    prompt: QUESTION,
    tools,
    stopWhen: isStepCount(12),
  });
  return text;
});
