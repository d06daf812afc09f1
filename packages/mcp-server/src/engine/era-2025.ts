import type { ToolOutcome } from '../call-tool.ts';
import type { PublishedTool } from '../definition/compile-tool.ts';
import type { Era, Method } from './era.ts';
import { handleRead, handleToolCall, invalidParams, refuseCursor } from './requests.ts';
import { isRecord, RPC } from './rpc.ts';
import { toCapabilities, type ServerModel } from './server-model.ts';

/** Versions that open with `initialize`, newest first. */
export const LEGACY_VERSIONS: readonly [string, ...string[]] = ['2025-11-25', '2025-06-18', '2025-03-26'];

/**
 * The 2025 generation without sessions: `initialize` hands out no session id, so every later request stands alone
 * (2025-11-25, basic/transports, "Session Management": a server may do without).
 */
export function createEra2025(model: ServerModel): Era {
  const { catalogue } = model;
  const methods = new Map<string, Method>([
    ['initialize', createInitialize(model)],
    ['ping', () => ({ result: '{}' })],
  ]);
  if (catalogue.tools.size > 0) {
    methods.set(
      'tools/list',
      list(
        'tools',
        [...catalogue.tools.values()].map(tool => toLegacyTool(tool.published)),
      ),
    );
    methods.set('tools/call', async (params, meta) => {
      const called = await handleToolCall(model, params, meta);
      return 'fault' in called ? called : { result: toToolResultJson(called.outcome) };
    });
  }
  if (catalogue.resources.length + catalogue.templates.length > 0) {
    methods.set(
      'resources/list',
      list(
        'resources',
        catalogue.resources.map(resource => resource.published),
      ),
    );
    methods.set(
      'resources/templates/list',
      list(
        'resourceTemplates',
        catalogue.templates.map(template => template.published),
      ),
    );
    methods.set('resources/read', async (params, meta) => {
      const read = await handleRead(model, params, meta, RPC.resourceNotFound);
      return 'fault' in read ? read : { result: JSON.stringify({ contents: read.contents }) };
    });
  }
  return { admit: () => undefined, methods, unknownMethodStatus: 200 };
}

/** A version this server does not know is answered with its newest; the client decides whether it can go on. */
function createInitialize({ identity, instructions, catalogue }: ServerModel): Method {
  const capabilities = toCapabilities(catalogue);
  return params => {
    const { protocolVersion: asked, capabilities: client } = params;
    if (typeof asked !== 'string') return { fault: invalidParams('"protocolVersion" must be a string.') };
    if (!isRecord(client)) return { fault: invalidParams('"capabilities" must be an object.') };
    const protocolVersion = LEGACY_VERSIONS.includes(asked) ? asked : LEGACY_VERSIONS[0];
    return { result: JSON.stringify({ protocolVersion, capabilities, serverInfo: identity, instructions }) };
  };
}

function list(name: string, entries: readonly object[]): Method {
  const answer = { result: JSON.stringify({ [name]: entries }) };
  return params => {
    const fault = refuseCursor(params);
    return fault ? { fault } : answer;
  };
}

/** Only objects are structured content in this era; a schema of anything else would make clients refuse the tool. */
function toLegacyTool({ outputSchema, ...tool }: PublishedTool): object {
  return outputSchema?.['type'] === 'object' ? { ...tool, outputSchema } : tool;
}

function toToolResultJson(outcome: ToolOutcome): string {
  if (outcome.kind === 'failed') {
    return JSON.stringify({ content: [{ type: 'text', text: outcome.message }], isError: true });
  }
  const { content, structuredContent, isError, _meta } = outcome.result;
  return JSON.stringify({
    content,
    structuredContent: isRecord(structuredContent) ? structuredContent : undefined,
    isError,
    _meta,
  });
}
