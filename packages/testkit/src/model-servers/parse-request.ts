import type { IncomingMessage } from 'node:http';
import type { ModelServerRequest, RequestTool } from './reply.ts';

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseTool(value: unknown): RequestTool[] {
  const fn = isRecord(value) ? value['function'] : undefined;
  if (!isRecord(fn) || typeof fn['name'] !== 'string') return [];
  return [
    {
      name: fn['name'],
      ...(typeof fn['description'] === 'string' && { description: fn['description'] }),
      parameters: fn['parameters'],
    },
  ];
}

/** The chat completions request of an HTTP message, or a sentence saying what is wrong with it. */
export async function parseRequest(message: IncomingMessage): Promise<ModelServerRequest | string> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer);
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    return 'The body is not JSON.';
  }
  if (!isRecord(body)) return 'The body is not an object.';
  if (typeof body['model'] !== 'string') return 'model is missing.';
  const messages = body['messages'];
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isRecord)) {
    return 'messages is missing or empty.';
  }
  return {
    model: body['model'],
    messages,
    tools: Array.isArray(body['tools']) ? body['tools'].flatMap(parseTool) : [],
    stream: body['stream'] === true,
    authorization: message.headers.authorization,
    body,
  };
}
