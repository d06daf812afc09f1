import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ask, type Heard, type Question } from './ask.ts';
import type { Cluster } from './open-cluster.ts';

/** A request of the load, and how it was answered each time it was asked. */
export interface Asked {
  readonly kind: Kind;
  /** What it was to book. */
  readonly value: string;
  readonly heard: readonly Heard[];
  /** Milliseconds from the first question to the last answer. */
  readonly tookMs: number;
  /** Of turns that were answered. */
  readonly conversationId: string | undefined;
}

export type Kind = (typeof KINDS)[number];
const KINDS = ['start', 'append', 'direct call', 'kit call'] as const;

export interface LoadOptions {
  /** Clients at once, each with a conversation of its own. */
  readonly clients: number;
  readonly agentId: string;
  /** Name of the connector of direct calls. */
  readonly connector: string;
  readonly random: () => number;
  /** How long a client waits before it asks again with the same key, by how often it has asked; none: it gives up. */
  readonly pauses: readonly number[];
  /** Ends the load: what is under way is still answered. */
  readonly signal: AbortSignal;
  /** Told of every answer. */
  readonly onHeard?: (heard: Heard) => void;
}

/** Clients that start, append, stream, and call tools, until they are told to stop. */
export async function load(cluster: Cluster, options: LoadOptions): Promise<readonly Asked[]> {
  const all: Asked[] = [];
  const client = async (): Promise<void> => {
    let conversation: string | undefined;
    while (!options.signal.aborted) {
      const kind = chooseKind(options.random, conversation);
      const value = `value-${randomUUID()}`;
      const question = toQuestion(cluster, options, { kind, value, conversation });
      const began = performance.now();
      const heard = await askUntilAnswered(question, options);
      const last = heard.at(-1);
      const conversationId = last?.ok ? last.conversationId : undefined;
      all.push({ kind, value, heard, tookMs: performance.now() - began, conversationId });
      // A new one now and then: histories stay short, and starts are among what is asked.
      if (kind === 'start') conversation = conversationId;
    }
  };
  await Promise.all(Array.from({ length: options.clients }, client));
  return all;
}

async function askUntilAnswered(question: Question, options: LoadOptions): Promise<Heard[]> {
  const heard: Heard[] = [];
  for (let time = 0; ; time += 1) {
    const answer = await ask(question);
    heard.push(answer);
    options.onHeard?.(answer);
    const pause = options.pauses[time];
    if (answer.ok || pause === undefined) return heard;
    await delay(pause);
  }
}

function chooseKind(random: () => number, conversation: string | undefined): Kind {
  const kind = KINDS[Math.floor(random() * KINDS.length)] ?? 'start';
  return kind === 'append' && conversation === undefined ? 'start' : kind;
}

function toQuestion(
  { url, apiKey, toolsUrl }: Cluster,
  { agentId, connector, random }: LoadOptions,
  { kind, value, conversation }: { kind: Kind; value: string; conversation: string | undefined },
): Question {
  const key = randomUUID();
  const stream = random() < 0.5;
  const inputs = `Please book ${value}.`;
  switch (kind) {
    case 'start':
      return { url: `${url}/v1/conversations`, body: { agent_id: agentId, inputs, stream }, key, apiKey };
    case 'append':
      return { url: `${url}/v1/conversations/${conversation}`, body: { inputs, stream }, key, apiKey };
    case 'direct call': {
      const path = `/v1/connectors/${connector}/tools/book/call`;
      return { url: url + path, body: { arguments: { value } }, key, apiKey };
    }
    case 'kit call':
      return {
        url: `${toolsUrl}/mcp/v1/tools/invoke`,
        body: { name: 'book', arguments: { value } },
        key,
      };
  }
}
