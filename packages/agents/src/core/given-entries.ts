import type { Chunk, Content, Entry, ToolContent } from '@tramontane/engine';
import {
  toInputEntries,
  type InputContent,
  type InputEntry,
  type Inputs,
  type OutputContent,
} from '@tramontane/wire';
import { createId } from './ids.ts';

/** The entries a caller gives, as a run keeps them. Ids and times are the server's own: a caller's may be taken. */
export function toGivenEntries(inputs: Inputs, now: Date): Entry[] {
  const at = now.toISOString();
  // Calls that a person allowed stand in a history with what came of them, as this server shows it.
  const asked = new Set<string>();
  return toInputEntries(inputs).map(entry => {
    if (entry.type === 'function.call') asked.add(entry.tool_call_id);
    if (entry.type === 'function.result') asked.delete(entry.tool_call_id);
    return toGivenEntry(entry, at, asked);
  });
}

function toGivenEntry(entry: InputEntry, at: string, asked: Set<string>): Entry {
  const times = { createdAt: at, completedAt: at };
  switch (entry.type) {
    case 'message.input':
      return {
        kind: 'message.input',
        id: createId('message'),
        ...times,
        role: entry.role,
        content: toContent(entry.content),
        prefix: entry.prefix,
      };
    case 'message.output':
      return {
        kind: 'message.output',
        id: createId('message'),
        ...times,
        ...fromModel(entry),
        content: toContent(entry.content),
      };
    case 'function.call':
      return {
        kind: 'function.call',
        id: createId('functionCall'),
        ...times,
        ...fromModel(entry),
        callId: entry.tool_call_id,
        name: entry.name,
        arguments: typeof entry.arguments === 'string' ? entry.arguments : JSON.stringify(entry.arguments),
      };
    case 'function.result':
      return {
        kind: 'function.result',
        id: createId('functionResult'),
        ...times,
        callId: entry.tool_call_id,
        result: entry.result,
      };
    case 'tool.execution':
      return {
        kind: 'tool.execution',
        id: createId('toolExecution'),
        ...times,
        ...fromModel(entry),
        callId: takeAsked(entry.info, asked) ?? createId('toolExecution').slice(-9),
        name: entry.name,
        arguments: entry.arguments,
        target: { kind: 'none' },
        outcome: {
          status: 'done',
          isError: entry.info?.['is_error'] === true,
          content: contentOf(entry.info),
        },
        givenInfo: entry.info ?? {},
      };
    case 'agent.handoff':
      return {
        kind: 'agent.handoff',
        id: createId('handoff'),
        ...times,
        previousAgentId: entry.previous_agent_id,
        previousAgentName: entry.previous_agent_name,
        nextAgentId: entry.next_agent_id,
        nextAgentName: entry.next_agent_name,
      };
  }
}

/** The call before it that this execution answers, if there is one. Each has one answer. */
function takeAsked(
  info: Readonly<Record<string, unknown>> | undefined,
  asked: Set<string>,
): string | undefined {
  const callId = info?.['tool_call_id'];
  return typeof callId === 'string' && asked.delete(callId) ? callId : undefined;
}

function fromModel(entry: { model?: string | null; agent_id?: string | null }): {
  model?: string;
  agentId?: string;
} {
  return {
    ...(entry.model != null && { model: entry.model }),
    ...(entry.agent_id != null && { agentId: entry.agent_id }),
  };
}

/** The result in a given execution: the blocks this server writes, or whatever is there as JSON. */
function contentOf(info: Readonly<Record<string, unknown>> | undefined): ToolContent[] {
  const content = info?.['content'];
  if (Array.isArray(content) && content.every(isBlock)) return content;
  return info ? [{ type: 'text', text: JSON.stringify(info) }] : [];
}

function isBlock(value: unknown): value is ToolContent {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function toContent(content: InputContent | OutputContent): Content {
  return typeof content === 'string' ? content : content.map(toChunk);
}

function toChunk(chunk: Exclude<InputContent | OutputContent, string>[number]): Chunk {
  switch (chunk.type) {
    case 'text':
      return { kind: 'text', text: chunk.text };
    case 'image_url': {
      const { url, detail } =
        typeof chunk.image_url === 'string' ? { url: chunk.image_url, detail: null } : chunk.image_url;
      return { kind: 'image', url, ...(detail != null && { detail }) };
    }
    case 'document_url':
      return {
        kind: 'document',
        url: chunk.document_url,
        ...(chunk.document_name != null && { name: chunk.document_name }),
      };
    case 'tool_file':
      return {
        kind: 'file',
        tool: chunk.tool,
        fileId: chunk.file_id,
        ...(chunk.file_name != null && { name: chunk.file_name }),
        ...(chunk.file_type != null && { type: chunk.file_type }),
      };
    case 'thinking':
      return {
        kind: 'thinking',
        text: chunk.thinking.map(piece => (piece.type === 'text' ? piece.text : '')).join(''),
        ...(chunk.signature != null && { signature: chunk.signature }),
      };
    case 'tool_reference':
      return {
        kind: 'reference',
        tool: chunk.tool,
        title: chunk.title,
        ...(chunk.url != null && { url: chunk.url }),
        ...(chunk.favicon != null && { favicon: chunk.favicon }),
        ...(chunk.description != null && { description: chunk.description }),
      };
  }
}
