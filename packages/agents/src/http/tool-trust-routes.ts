import type { FastifyInstance } from 'fastify';
import type { ToolTrust } from '../core/tool-trust.ts';
import { callerOf } from './caller.ts';

type Path = { Params: { id: string } };

/** `/v1/connectors/{connector}/tool_changes`: an endpoint of our own; the provider's API has none. */
export function addToolTrustRoutes(app: FastifyInstance, trust: ToolTrust): void {
  app.get<Path>('/v1/connectors/:id/tool_changes', async request => {
    const found = await trust.show(callerOf(request), request.params.id);
    return {
      object: 'connector.tool_changes',
      connector_id: found.connector.id,
      policy: found.policy,
      pinned_at: found.pinnedAt?.toISOString() ?? null,
      seen_at: found.seenAt?.toISOString() ?? null,
      changes: found.changes,
      marks: found.marks,
    };
  });

  app.post<Path>('/v1/connectors/:id/tool_changes/approve', async request => {
    const approved = await trust.approve(callerOf(request), request.params.id);
    return {
      message: approved.length === 0 ? 'Nothing had changed.' : 'The changes are approved.',
      approved,
    };
  });
}
