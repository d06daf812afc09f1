import { setTimeout as sleep } from 'node:timers/promises';
import { record, text, type Json } from '../../api/shapes.ts';
import { openRestartableServer, type RestartableServer } from '../restartable-server.ts';
import { openRunLog, type RunLog } from '../run-log.ts';
import { openToolEffects, type ToolEffects } from '../tool-effects.ts';
import type { Targets } from './choose-operation.ts';
import { createMoments, type Moments } from './moments.ts';
import { openPlannedModel } from './planned-model.ts';
import { createTurnClient, type TurnClient } from './turn-client.ts';

/** A server to kill, with a model, tools and agents that live on. */
export interface Stand {
  readonly restartable: RestartableServer;
  readonly client: TurnClient;
  readonly moments: Moments;
  readonly effects: ToolEffects;
  readonly log: RunLog;
  readonly targets: Targets;
  close(): Promise<void>;
}

/** Longest that the model and a tool take for each thing they do, so that kills find them at work. */
const THINK_MS = 6;

/** @param databaseUrl A database that is there already. */
export async function openStand(databaseUrl: string, random: () => number): Promise<Stand> {
  const opened = new AsyncDisposableStack();
  try {
    const moments = createMoments();
    const think = () => sleep(random() * THINK_MS);
    const effects = opened.adopt(await openToolEffects(moments, think), each => each.close());
    const model = opened.adopt(await openPlannedModel(moments, think), each => each.close());
    const restartable = await openRestartableServer({
      DATABASE_URL: databaseUrl,
      TRAMONTANE_MODEL_BASE_URL: model.url,
      TRAMONTANE_TRUSTED_TOOL_SERVERS: effects.trusted.origin,
    });
    opened.defer(() => restartable.server().stop());
    const client = createTurnClient(restartable.server);
    const targets = await createTargets(client, effects);
    const log = opened.adopt(await openRunLog(databaseUrl), each => each.close());
    return { restartable, client, moments, effects, log, targets, close: () => opened.disposeAsync() };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

async function createTargets(client: TurnClient, effects: ToolEffects): Promise<Targets> {
  const create = async (method: string, path: string, body: Json): Promise<string> => {
    const answer = await client.send(method, path, body);
    if (answer?.status !== 200 && answer?.status !== 201) throw new Error(JSON.stringify(answer));
    return text(record(answer.json)['id']);
  };
  const connector = async (name: string, server: string) => ({
    type: 'connector',
    connector_id: await create('POST', '/v1/connectors', { name, description: name, server }),
  });
  const trusted = await connector('trusted', effects.trusted.url);
  const untrusted = await connector('untrusted', effects.untrusted.url);
  const held = (tool: Json, ...names: string[]) => ({
    ...tool,
    tool_configuration: { requires_confirmation: names },
  });
  const askUser = { type: 'function', function: { name: 'ask_user', parameters: { type: 'object' } } };
  const agent = (name: string, tools: readonly Json[], more: Json = {}) =>
    create('POST', '/v1/agents', { name, description: name, model: 'test-model', tools, ...more });
  const helperId = await agent('helper', [trusted, held(untrusted, 'pay'), askUser]);
  const agentId = await agent('walker', [trusted, held(untrusted, 'pay'), askUser], { handoffs: [helperId] });
  await create('PATCH', `/v1/agents/${helperId}`, { handoffs: [agentId] });
  return {
    agentId,
    model: { model: 'test-model', tools: [held(trusted, 'book'), untrusted, askUser] },
  };
}
