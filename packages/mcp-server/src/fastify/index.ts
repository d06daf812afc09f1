export { mcpPlugin, type McpPluginOptions } from './mcp-plugin.ts';
