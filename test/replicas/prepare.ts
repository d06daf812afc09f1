import { z } from 'zod';
import type { Cluster } from './open-cluster.ts';

/** Of what is made before a load. */
export interface Prepared {
  readonly agentId: string;
  readonly connector: string;
}

/** An agent with the kit server's tool. */
export async function prepare(cluster: Cluster): Promise<Prepared> {
  const connector = 'bookings';
  const made = await send(cluster, 'POST', '/v1/connectors', {
    name: connector,
    description: 'Takes bookings.',
    server: `${cluster.toolsUrl}/mcp`,
  });
  const agent = await send(cluster, 'POST', '/v1/agents', {
    name: 'clerk',
    model: 'test-model',
    tools: [{ type: 'connector', connector_id: idOf(made) }],
  });
  return { agentId: idOf(agent), connector };
}

/** @throws when the answer is another one than 2xx. */
export async function send(cluster: Cluster, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(cluster.url + path, {
    method,
    headers: { authorization: `Bearer ${cluster.apiKey}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${method} ${path}: ${text}`);
  return JSON.parse(text);
}

function idOf(answer: unknown): string {
  return z.looseObject({ id: z.string() }).parse(answer).id;
}
