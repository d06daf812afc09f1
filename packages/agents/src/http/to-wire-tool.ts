import {
  toolResultBlockSchema,
  type ConnectorMcpTool,
  type ToolCallResult,
  type ToolResultBlock,
} from '@tramontane/wire';
import type { ListedTool, ToolAnswer } from '../core/tool-servers.ts';

/** A tool in the list of a connector; `pretty` leaves out what a person does not read. */
export function toWireTool(tool: ListedTool, pretty: boolean): ConnectorMcpTool {
  const schema = tool.inputSchema;
  if (pretty) {
    const { type, properties, required } = schema;
    return {
      name: tool.name,
      description: tool.description ?? null,
      annotations: tool.annotations ?? null,
      inputSchema: {
        type,
        ...(properties !== undefined && { properties }),
        ...(required !== undefined && { required }),
      },
    };
  }
  return {
    name: tool.name,
    inputSchema: { ...schema },
    title: tool.title ?? null,
    description: tool.description ?? null,
    outputSchema: tool.outputSchema ?? null,
    annotations: tool.annotations ?? null,
    _meta: tool.meta ?? null,
  };
}

/** MCP's own fields move under `metadata.mcp_meta` (API notes, direct tool call). */
export function toWireToolAnswer(answer: ToolAnswer): ToolCallResult {
  const { structuredContent } = answer;
  return {
    content: answer.content.map(toBlock),
    metadata: {
      mcp_meta: {
        isError: answer.isError,
        ...(isRecord(structuredContent) && { structuredContent }),
        ...(answer.meta && { _meta: answer.meta }),
      },
    },
  };
}

/** SDKs refuse a block they do not know, with the whole answer: it goes as text. */
function toBlock(block: ToolAnswer['content'][number]): ToolResultBlock {
  const parsed = toolResultBlockSchema.safeParse(block);
  return parsed.success ? parsed.data : { type: 'text', text: JSON.stringify(block) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
