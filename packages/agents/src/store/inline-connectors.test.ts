import { expect, it } from 'vitest';
import type { RunEvent } from '@tramontane/engine';
import { useTestDatabase } from '@tramontane/testkit/database';
import type { AgentConfig } from '../core/agent.ts';
import { OPERATOR } from '../core/caller.ts';
import type { Connector } from '../core/connector.ts';
import { createId, createUuid } from '../core/ids.ts';
import type { RunPlan } from '../core/run-plan.ts';
import { createAgentStore } from './agent-store.ts';
import { createConnectorStore } from './connector-store.ts';
import { createConversationStore } from './conversation-store.ts';
import { openDatabase } from './database.ts';
import { createRunStore } from './run-store.ts';

const caller = { ...OPERATOR, workspace: 'w', user: 'u' };
const finished: RunEvent = { type: 'run.finished', at: '', end: { reason: 'answered' } };

const postgres = useTestDatabase(url => openDatabase(url, { onError: () => undefined }));

const stores = () => ({
  agents: createAgentStore(postgres.database.db),
  connectors: createConnectorStore(postgres.database.db),
  conversations: createConversationStore(postgres.database.db),
  runs: createRunStore(postgres.database, createUuid()),
});

function newInline(): Connector {
  return {
    id: createUuid(),
    organization: caller.organization,
    workspace: caller.workspace,
    ownerId: caller.user,
    name: 'tools-example-com',
    visibility: 'private',
    inline: true,
    config: {
      title: null,
      description: 'd',
      server: 'https://tools.example.com/mcp',
      iconUrl: null,
      systemPrompt: null,
      limits: { idleMs: 1000 },
      authMethods: [{ type: 'bearer', headers: [] }],
    },
    sealedAccess: 'sealed',
    createdAt: new Date(),
    modifiedAt: new Date(),
  };
}

const toolsOf = (...ids: string[]) => ids.map(connectorId => ({ type: 'connector', connectorId }) as const);

function configOf(...ids: string[]): AgentConfig {
  return {
    model: 'm',
    name: 'A',
    instructions: null,
    description: null,
    tools: toolsOf(...ids),
    completionArgs: {},
    guardrails: null,
    handoffs: null,
    metadata: null,
    versionMessage: null,
  };
}

async function newAgent(connector: Connector): Promise<string> {
  const id = createId('agent');
  await stores().agents.insert(caller, id, configOf(connector.id), [connector]);
  return id;
}

/** A conversation whose run is under way; it names its connector itself, or through its agent. */
async function startIn(connector: Connector, agentId?: string, instructions = '') {
  const { runs } = stores();
  const plan: RunPlan = {
    model: 'm',
    instructions,
    tools: toolsOf(connector.id),
    toolChoice: 'auto',
    settings: {},
    ...(agentId !== undefined && { agentId }),
  };
  const own = { model: 'm', instructions, completionArgs: {}, guardrails: null };
  const target =
    agentId === undefined
      ? ({ kind: 'model', ...own, tools: toolsOf(connector.id) } as const)
      : ({ kind: 'agent', agentId, agentVersion: null } as const);
  const run = { id: createId('run'), plan, first: { type: 'run.started', at: '', inputs: [] } as const };
  const conversationId = createId('conversation');
  const create = { target, name: null, description: null, metadata: null };
  const inline = agentId === undefined ? [connector] : [];
  expect(await runs.start(caller, run, { id: conversationId, create, inline })).toBe('started');
  return { conversationId, end: () => runs.append({ id: run.id, caller }, 1, [finished]) };
}

const isKept = async (connector: Connector) =>
  (await stores().connectors.find(caller, connector.id)) !== undefined;

it('goes with the last of the agents and conversations that name it', async () => {
  const { agents, conversations } = stores();
  const connector = newInline();
  const first = await newAgent(connector);
  const second = await newAgent(connector);
  const { conversationId, end } = await startIn(connector);
  await end();
  await agents.remove(caller, first);
  expect(await isKept(connector)).toBe(true);
  await conversations.remove(caller, conversationId);
  expect(await isKept(connector)).toBe(true);
  await agents.remove(caller, second);
  expect(await isKept(connector)).toBe(false);
});

it('goes with a conversation deleted under way', async () => {
  const connector = newInline();
  const { conversationId } = await startIn(connector);
  await stores().conversations.remove(caller, conversationId);
  expect(await isKept(connector)).toBe(false);
});

it('stays while an older version of an agent names it, and goes with all of them', async () => {
  const { agents } = stores();
  const [old, current] = [newInline(), newInline()];
  const id = await newAgent(old);
  await agents.update(caller, id, () => configOf(current.id), { inline: [current] });
  const other = await newAgent(old);
  await agents.remove(caller, other);
  expect(await isKept(old)).toBe(true);
  await agents.remove(caller, id);
  expect([await isKept(old), await isKept(current)]).toEqual([false, false]);
});

it('of a deleted agent stays until the run that needs it has ended', async () => {
  const connector = newInline();
  const agentId = await newAgent(connector);
  const { end } = await startIn(connector, agentId);
  await stores().agents.remove(caller, agentId);
  expect(await isKept(connector)).toBe(true);
  await end();
  expect(await isKept(connector)).toBe(false);
});

it('stays when a run of its agent ends', async () => {
  const connector = newInline();
  const { end } = await startIn(connector, await newAgent(connector));
  await end();
  expect(await isKept(connector)).toBe(true);
});

it('goes also where texts hold what PostgreSQL cannot read, and its own id in quotes', async () => {
  const { agents, conversations } = stores();
  const odd = (connector: Connector) => `\0 \ud800 {"connectorId":"${connector.id}"}`;
  const connector = newInline();
  const other = await startIn(newInline(), undefined, odd(connector));
  const { conversationId, end } = await startIn(connector, undefined, odd(connector));
  await end();
  await conversations.remove(caller, conversationId);
  expect(await isKept(connector)).toBe(false);

  const ofAgent = newInline();
  const agentId = await newAgent(ofAgent);
  const run = await startIn(ofAgent, agentId, odd(ofAgent));
  await agents.remove(caller, agentId);
  expect(await isKept(ofAgent)).toBe(true);
  await run.end();
  expect(await isKept(ofAgent)).toBe(false);
  await other.end();
  await conversations.remove(caller, other.conversationId);
});

it('counts a reference in capitals', async () => {
  const { agents } = stores();
  const connector = newInline();
  const id = await newAgent(connector);
  const other = createId('agent');
  await agents.insert(caller, other, configOf(connector.id.toUpperCase()), []);
  await agents.remove(caller, id);
  expect(await isKept(connector)).toBe(true);
  await agents.remove(caller, other);
  expect(await isKept(connector)).toBe(false);
});

it('a connector of its own, and one of another workspace, outlive who names them', async () => {
  const { agents, connectors } = stores();
  const { config, sealedAccess } = newInline();
  const own = { id: createUuid(), name: 'own', visibility: 'private', config, sealedAccess } as const;
  await connectors.insert(caller, own);
  const foreign = { ...newInline(), workspace: 'x' };
  await agents.insert({ ...OPERATOR, workspace: 'x', user: 'u' }, createId('agent'), configOf(foreign.id), [
    foreign,
  ]);
  const id = createId('agent');
  await agents.insert(caller, id, configOf(own.id, 'own', foreign.id), []);
  await agents.remove(caller, id);
  expect(await connectors.find(caller, own.id)).toBeDefined();
  expect(await connectors.find({ ...OPERATOR, workspace: 'x', user: 'u' }, foreign.id)).toBeDefined();
});

it('is there for every agent that came while others with it were deleted', async () => {
  const { agents } = stores();
  const connector = newInline();
  const doomed = await Promise.all(Array.from({ length: 10 }, () => newAgent(connector)));
  const [kept] = await Promise.all([
    Promise.all(Array.from({ length: 10 }, () => newAgent(connector))),
    ...doomed.map(id => agents.remove(caller, id)),
  ]);
  expect(await isKept(connector)).toBe(true);
  // Now at its last agent: one comes, one goes, in whichever order.
  await Promise.all(kept.slice(1).map(id => agents.remove(caller, id)));
  let last = kept[0] ?? '';
  for (let round = 0; round < 20; round += 1) {
    const [next] = await Promise.all([newAgent(connector), agents.remove(caller, last)]);
    expect(await isKept(connector)).toBe(true);
    last = next;
  }
  await agents.remove(caller, last);
  expect(await isKept(connector)).toBe(false);
});
