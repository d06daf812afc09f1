import { createMcpServer, defineTool, type McpServer } from '@tramontane/mcp-server';
import { askingTools } from './asking-tools.ts';
import { contentTools } from './content-tools.ts';
import { NOTHING } from './contents.ts';
import { inputTools } from './input-tools.ts';
import { prompts } from './prompts.ts';
import { resources } from './resources.ts';
import { skills } from './skills.ts';
import { taskTools } from './task-tools.ts';

/** What the official conformance kit expects a server to offer, on the kit of this repository alone. */
export function createFixture(): McpServer {
  const server: McpServer = createMcpServer({
    name: 'tramontane-conformance',
    design: false,
    version: '1.0.0',
    tools: [
      ...contentTools,
      ...askingTools,
      ...inputTools,
      ...taskTools,
      defineTool({
        name: 'test_trigger_tool_change',
        description: 'Tells who listens that the tools changed.',
        input: NOTHING,
        handler: () => {
          server.notify.toolsChanged();
          return 'Told.';
        },
      }),
      defineTool({
        name: 'test_trigger_prompt_change',
        description: 'Tells who listens that the prompts changed.',
        input: NOTHING,
        handler: () => {
          server.notify.promptsChanged();
          return 'Told.';
        },
      }),
    ],
    prompts,
    resources,
    skills,
  });
  return server;
}
