import { context, propagation, SpanKind } from '@opentelemetry/api';
import type { ToolServers } from '../core/tool-servers.ts';
import { inSpan, markFailed, toErrorType } from './in-span.ts';
import type { ServerMetrics } from './metrics.ts';

/**
 * Counts and traces calls of tools, and hands the trace on to the tool server (OpenTelemetry, semantic conventions for
 * MCP, "Client").
 */
export function watchToolCalls(servers: ToolServers, metrics: ServerMetrics): ToolServers {
  return {
    ...servers,
    call: async (connector, access, call) => {
      const { hostname, port, protocol } = new URL(connector.config.server);
      const attributes = {
        'mcp.method.name': 'tools/call',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': call.tool,
        'tramontane.connector.id': connector.id,
        'network.transport': 'tcp',
        'server.address': hostname,
        'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
      };
      const started = performance.now();
      const count = (tool_name: string, failure?: string): void => {
        metrics.toolCalls.inc({ tool_name, status: failure === undefined ? 'success' : 'error' });
        if (failure !== undefined) metrics.toolFailures.inc({ tool_name, error_type: failure });
        metrics.toolSeconds.observe({ tool_name }, (performance.now() - started) / 1000);
      };
      try {
        const answer = await inSpan(`tools/call ${call.tool}`, SpanKind.CLIENT, attributes, async span => {
          const answered = await servers.call(connector, access, { ...call, trace: currentTrace() });
          if (answered.isError) markFailed(span, 'tool_error');
          return answered;
        });
        count(metrics.toolLabel(call.tool), answer.isError ? 'tool_error' : undefined);
        return answer;
      } catch (error) {
        count(metrics.toolLabel(call.tool), toErrorType(error));
        throw error;
      }
    },
  };
}

function currentTrace(): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}
