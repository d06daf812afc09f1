import type { Chunk, Content, Entry, ToolExecution, ToolsMissing } from '@tramontane/engine';
import type {
  Entry as WireEntry,
  InputChunk,
  MessageEntry,
  OutputChunk,
  OutputEntry,
  ToolExecutionEntry,
} from '@tramontane/wire';

export function toWireEntry(entry: Entry): WireEntry {
  if (entry.kind === 'message.input') {
    return {
      object: 'entry',
      type: 'message.input',
      ...head(entry),
      role: entry.role,
      content: toInputContent(entry.content),
      prefix: entry.prefix,
    };
  }
  if (entry.kind === 'function.result') {
    return {
      object: 'entry',
      type: 'function.result',
      ...head(entry),
      tool_call_id: entry.callId,
      result: entry.result,
    };
  }
  return toOutputEntry(entry);
}

/** Entries of an answer: what the model and its tools did, never what was put in. */
export function isOutput(
  entry: Entry,
): entry is Exclude<Entry, { kind: 'message.input' | 'function.result' }> {
  return entry.kind !== 'message.input' && entry.kind !== 'function.result';
}

export function isMessage(entry: WireEntry): entry is MessageEntry {
  return entry.type === 'message.input' || entry.type === 'message.output';
}

export function toOutputEntry(
  entry: Exclude<Entry, { kind: 'message.input' | 'function.result' }>,
): OutputEntry {
  switch (entry.kind) {
    case 'message.output':
      return {
        object: 'entry',
        type: 'message.output',
        ...modelHead(entry),
        role: 'assistant',
        content: toOutputContent(entry.content),
      };
    case 'function.call':
      return {
        object: 'entry',
        type: 'function.call',
        ...modelHead(entry),
        tool_call_id: entry.callId,
        // The name the model used: of two servers with a tool of one name, it tells whom the call would go to.
        name: entry.name,
        arguments: entry.arguments,
        ...(entry.confirmation && { confirmation_status: entry.confirmation.status }),
      };
    case 'tool.execution':
      return {
        object: 'entry',
        type: 'tool.execution',
        ...modelHead(entry),
        name: toolName(entry),
        arguments: entry.arguments,
        info: toolInfo(entry),
      };
    case 'tools.missing':
      return missingEntry(entry);
    case 'agent.handoff':
      return {
        object: 'entry',
        type: 'agent.handoff',
        ...head(entry),
        previous_agent_id: entry.previousAgentId,
        previous_agent_name: entry.previousAgentName,
        next_agent_id: entry.nextAgentId,
        next_agent_name: entry.nextAgentName,
      };
  }
}

/** The tool's own name on its server, as in the connector's list; what the model called it is in `info`. */
export function toolName(entry: Pick<ToolExecution, 'name' | 'target'>): string {
  return entry.target.kind === 'connector' ? entry.target.tool : entry.name;
}

/** What became of a call. The only part of the entry that SDKs hand on as it is. */
export function toolInfo(
  entry: Pick<ToolExecution, 'name' | 'target' | 'callId' | 'outcome' | 'durationMs' | 'givenInfo'>,
): Record<string, unknown> {
  if (entry.givenInfo) return { ...entry.givenInfo };
  const { target, outcome } = entry;
  return {
    ...(target.kind === 'connector' && {
      connector_id: target.connectorId,
      connector_name: target.connectorName,
      tool_name: target.tool,
    }),
    tool_call_id: entry.callId,
    ...(entry.name !== toolName(entry) && { called_as: entry.name }),
    status: outcome.status,
    is_error: outcome.isError,
    ...(outcome.code !== undefined && { code: outcome.code }),
    content: outcome.content,
    ...(outcome.structuredContent !== undefined && { structured_content: outcome.structuredContent }),
    ...(entry.durationMs !== undefined && { duration_ms: entry.durationMs }),
  };
}

/** The name under which a server that could not be asked for its tools appears. */
export const LIST_TOOLS = 'list_tools';

export function missingInfo(
  entry: Pick<ToolsMissing, 'connectorId' | 'connectorName' | 'code' | 'message'>,
): Record<string, unknown> {
  return {
    connector_id: entry.connectorId,
    connector_name: entry.connectorName,
    status: 'failed',
    is_error: true,
    code: entry.code,
    content: [{ type: 'text', text: entry.message }],
  };
}

function missingEntry(entry: ToolsMissing): ToolExecutionEntry {
  return {
    object: 'entry',
    type: 'tool.execution',
    ...head(entry),
    name: LIST_TOOLS,
    arguments: '{}',
    info: missingInfo(entry),
  };
}

function head(entry: { id: string; createdAt: string; completedAt?: string }) {
  return { id: entry.id, created_at: entry.createdAt, completed_at: entry.completedAt ?? null };
}

function modelHead(entry: {
  id: string;
  createdAt: string;
  completedAt?: string;
  model?: string;
  agentId?: string;
}) {
  return {
    ...head(entry),
    ...(entry.agentId !== undefined && { agent_id: entry.agentId }),
    ...(entry.model !== undefined && { model: entry.model }),
  };
}

function toInputContent(content: Content): string | InputChunk[] {
  if (typeof content === 'string') return content;
  return content.flatMap(chunk => {
    const wire = toOutputChunk(chunk);
    return wire.type === 'tool_reference' ? [] : [wire];
  });
}

function toOutputContent(content: Content): string | OutputChunk[] {
  return typeof content === 'string' ? content : content.map(toOutputChunk);
}

export function toOutputChunk(chunk: Chunk): OutputChunk {
  switch (chunk.kind) {
    case 'text':
      return { type: 'text', text: chunk.text };
    case 'thinking':
      return {
        type: 'thinking',
        thinking: [{ type: 'text', text: chunk.text }],
        ...(chunk.signature !== undefined && { signature: chunk.signature }),
      };
    case 'image':
      return {
        type: 'image_url',
        image_url: chunk.detail === undefined ? chunk.url : { url: chunk.url, detail: chunk.detail },
      };
    case 'document':
      return {
        type: 'document_url',
        document_url: chunk.url,
        ...(chunk.name !== undefined && { document_name: chunk.name }),
      };
    case 'file':
      return {
        type: 'tool_file',
        tool: chunk.tool,
        file_id: chunk.fileId,
        ...(chunk.name !== undefined && { file_name: chunk.name }),
        ...(chunk.type !== undefined && { file_type: chunk.type }),
      };
    case 'reference':
      return {
        type: 'tool_reference',
        tool: chunk.tool,
        title: chunk.title,
        ...(chunk.url !== undefined && { url: chunk.url }),
        ...(chunk.favicon !== undefined && { favicon: chunk.favicon }),
        ...(chunk.description !== undefined && { description: chunk.description }),
      };
  }
}
