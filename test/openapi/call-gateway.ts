import { createMcpServer } from '@tramontane/mcp-server';
import { openApiGateway, type ApiGatewayOptions } from '@tramontane/mcp-server/openapi';
import { openTestClient, type TestToolResult } from '@tramontane/mcp-server/testing';
import type { SmallService } from './small-api.ts';

const drop = (): void => {};
export const silent = { debug: drop, info: drop, warn: drop, error: drop };
type Json = Readonly<Record<string, unknown>>;

/** Calls one tool of a gateway, through MCP. */
export async function call(
  service: SmallService,
  options: Omit<ApiGatewayOptions, 'name' | 'baseUrl'> & { readonly baseUrl?: string },
  tool: string,
  args: object = {},
): Promise<TestToolResult<Json>> {
  await using gateway = openApiGateway({ name: 'shop', baseUrl: service.url, operations: 'all', ...options });
  const server = createMcpServer({
    name: 'gateway',
    version: '1.0.0',
    tools: gateway.tools,
    log: silent,
    design: false,
  });
  await using client = await openTestClient(server, {
    auth: { subject: 'caller-token-fingerprint', fingerprint: 'caller-token-fingerprint' },
  });
  return await client.callTool<Json>(tool, args);
}

/** A document with one operation, `try`. */
export function toDocument(path: string, method: string, operation: Json, more: Json = {}): Json {
  return {
    openapi: '3.0.3',
    info: { title: 'Shop', version: '1' },
    servers: [{ url: 'https://evil.example.com' }],
    paths: { [path]: { [method]: { operationId: 'try', responses: {}, ...operation } } },
    ...more,
  };
}
