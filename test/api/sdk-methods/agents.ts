import { expect } from 'vitest';
import { statusOf, type MethodCases, type Rig } from './method-case.ts';

const agentsOf = ({ api }: Rig) => api.sdk.beta.agents;

async function withAlias(rig: Rig): Promise<string> {
  const agentId = await rig.agentId();
  await agentsOf(rig).createVersionAlias({ agentId, alias: 'live', version: 0 });
  return agentId;
}

export const AGENT_METHODS: MethodCases = {
  create: [
    async rig => await agentsOf(rig).create({ model: rig.says(), name: 'A', metadata: { a: 1 } }),
    { version: 0, versions: [0], name: 'A', metadata: { a: 1 }, createdAt: expect.any(Date) },
  ],
  list: [
    async rig => {
      const agentId = await rig.agentId();
      return (await agentsOf(rig).list({ pageSize: 1000 })).filter(({ id }) => id === agentId);
    },
    [{ name: 'A' }],
  ],
  listPages: [
    async rig => {
      const made = [await rig.agentId(), await rig.agentId(), await rig.agentId()];
      const seen: string[] = [];
      for await (const page of await agentsOf(rig).listPages({ pageSize: 2 })) {
        seen.push(...page.result.data.map(({ id }) => id));
      }
      return made.map(id => seen.filter(each => each === id).length);
    },
    [1, 1, 1],
  ],
  get: [async rig => await agentsOf(rig).get({ agentId: await rig.agentId() }), { name: 'A' }],
  update: [
    async rig =>
      await agentsOf(rig).update({ agentId: await rig.agentId(), updateAgentRequest: { name: 'B' } }),
    { name: 'B', version: 1, versions: [0, 1] },
  ],
  delete: [
    async rig => {
      const agentId = await rig.agentId();
      return [await agentsOf(rig).delete({ agentId }), await statusOf(agentsOf(rig).get({ agentId }))];
    },
    [undefined, 404],
  ],
  updateVersion: [
    async rig => {
      const agentId = await rig.agentId();
      await agentsOf(rig).update({ agentId, updateAgentRequest: { name: 'B' } });
      return await agentsOf(rig).updateVersion({ agentId, version: 0 });
    },
    { name: 'A', version: 0, versions: [0, 1] },
  ],
  listVersions: [
    async rig => await agentsOf(rig).listVersions({ agentId: await rig.agentId() }),
    [{ version: 0 }],
  ],
  getVersion: [
    async rig => await agentsOf(rig).getVersion({ agentId: await rig.agentId(), version: '0' }),
    { version: 0 },
  ],
  createVersionAlias: [
    async rig =>
      await agentsOf(rig).createVersionAlias({ agentId: await rig.agentId(), alias: 'live', version: 0 }),
    { alias: 'live', version: 0, createdAt: expect.any(Date) },
  ],
  listVersionAliases: [
    async rig => await agentsOf(rig).listVersionAliases({ agentId: await withAlias(rig) }),
    [{ alias: 'live' }],
  ],
  deleteVersionAlias: [
    async rig => {
      const agentId = await withAlias(rig);
      const answer = await agentsOf(rig).deleteVersionAlias({ agentId, alias: 'live' });
      return [answer, await agentsOf(rig).listVersionAliases({ agentId })];
    },
    [undefined, []],
  ],
};
