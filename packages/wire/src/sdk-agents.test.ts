import type { Mistral } from '@mistralai/mistralai';
import { describe, expect, test } from 'vitest';
import {
  agentAliasSchema,
  agentPageSchema,
  agentSchema,
  createAgentSchema,
  getAgentQuerySchema,
  listAgentVersionsQuerySchema,
  listAgentsQuerySchema,
  pageAgentsQuerySchema,
  putAgentAliasQuerySchema,
  switchAgentVersionSchema,
  updateAgentSchema,
  type Agent,
  type AgentAlias,
  type AgentPage,
} from './agents.ts';
import { cannedClient } from './testing/canned-client.ts';
import { expectAgreement, type SdkCase } from './testing/sdk-case.ts';

const agent: Agent = {
  object: 'agent',
  id: 'ag_0198c0de0000700080000000000000ab',
  version: 1,
  versions: [0, 1],
  created_at: '2026-08-01T10:00:00.000Z',
  updated_at: '2026-08-01T10:00:00Z',
  deployment_chat: false,
  source: 'api',
  owner_id: null,
  model: 'mistral-medium-latest',
  name: 'Company agent',
  instructions: 'Answer with the tools.',
  description: null,
  handoffs: ['ag_other'],
  metadata: { team: 'sales', nested: { a: [1] } },
  version_message: null,
  completion_args: {
    temperature: 0.3,
    stop: ['END'],
    tool_choice: 'auto',
    reasoning_effort: null,
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } },
  },
  guardrails: [
    {
      block_on_error: true,
      moderation_llm_v1: null,
      moderation_llm_v2: { action: 'block', custom_category_thresholds: { jailbreaking: 0.2 } },
    },
  ],
  tools: [
    { type: 'function', function: { name: 'f', parameters: { type: 'object' } } },
    { type: 'web_search', tool_configuration: null },
    { type: 'web_search_premium' },
    { type: 'code_interpreter', tool_configuration: { requires_confirmation: ['code_interpreter'] } },
    { type: 'image_generation' },
    { type: 'document_library', library_ids: ['l'] },
    { type: 'connector', connector_id: 'c', tool_configuration: { include: ['a'], exclude: null } },
  ],
};
const minimal: Agent = {
  object: 'agent',
  id: 'ag_1',
  version: 0,
  versions: [0],
  created_at: '2026-08-01T10:00:00Z',
  updated_at: '2026-08-01T10:00:00Z',
  deployment_chat: false,
  source: 'api',
  model: 'm',
  name: 'n',
};
const alias: AgentAlias = {
  alias: 'prod',
  version: 1,
  created_at: '2026-08-01T10:00:00Z',
  updated_at: '2026-08-01T10:00:00Z',
};
const page: AgentPage = { object: 'list', data: [agent, minimal], next_page_token: null };

const beta = (client: Mistral) => client.beta.agents;
const cases: SdkCase[] = [
  {
    name: 'create',
    call: c => beta(c).create({ model: 'm', name: 'n', tools: [{ type: 'web_search' }], metadata: { a: 1 } }),
    answer: agent,
    answerSchema: agentSchema,
    bodySchema: createAgentSchema,
  },
  {
    name: 'get, minimal',
    call: c => beta(c).get({ agentId: 'a' }),
    answer: minimal,
    answerSchema: agentSchema,
  },
  {
    name: 'get by alias',
    call: c => beta(c).get({ agentId: 'a', agentVersion: 'prod' }),
    answer: agent,
    querySchema: getAgentQuerySchema,
  },
  {
    name: 'update',
    call: c =>
      beta(c).update({
        agentId: 'a',
        updateAgentRequest: { description: null, completionArgs: { temperature: 1 }, deploymentChat: true },
      }),
    answer: agent,
    bodySchema: updateAgentSchema,
  },
  {
    name: 'list',
    call: c =>
      beta(c).list({
        page: 2,
        pageSize: 5,
        sources: ['api', 'playground'],
        metadata: { a: 1 },
        deploymentChat: true,
      }),
    answer: [agent, minimal],
    querySchema: listAgentsQuerySchema,
  },
  {
    name: 'pages',
    call: async c => {
      const pages: unknown[] = [];
      for await (const result of await beta(c).listPages({ pageSize: 50 })) pages.push(result);
      return pages;
    },
    answer: page,
    answerSchema: agentPageSchema,
    querySchema: pageAgentsQuerySchema,
  },
  { name: 'delete', call: c => beta(c).delete({ agentId: 'a' }), status: 204, answer: undefined },
  {
    name: 'switch version',
    call: c => beta(c).updateVersion({ agentId: 'a', version: 0 }),
    answer: agent,
    querySchema: switchAgentVersionSchema,
  },
  {
    name: 'versions',
    call: c => beta(c).listVersions({ agentId: 'a', page: 0, pageSize: 3 }),
    answer: [agent],
    querySchema: listAgentVersionsQuerySchema,
  },
  {
    name: 'put alias',
    call: c => beta(c).createVersionAlias({ agentId: 'a', alias: 'prod', version: 1 }),
    answer: alias,
    answerSchema: agentAliasSchema,
    querySchema: putAgentAliasQuerySchema,
  },
];

describe('the official SDK and our shapes of agents agree (2.1, 5.1)', () => {
  test.each(cases)('$name', expectAgreement);

  test('what the SDK puts into a query comes out as values', async () => {
    const { client, sent } = cannedClient(200, []);
    await beta(client).list({
      page: 2,
      pageSize: 5,
      sources: ['api', 'playground'],
      metadata: { a: 1 },
      deploymentChat: true,
    });
    expect(listAgentsQuerySchema.parse(sent[0]?.query)).toEqual({
      page: 2,
      page_size: 5,
      sources: ['api', 'playground'],
      metadata: { a: 1 },
      deployment_chat: true,
    });
  });

  test('the SDK sees every field of the full agent', async () => {
    const { client } = cannedClient(200, agent);
    const got = await beta(client).get({ agentId: 'a' });
    expect(got.tools?.map(tool => tool.type)).toEqual(agent.tools?.map(tool => tool.type));
    expect(got).toMatchObject({
      id: agent.id,
      versions: [0, 1],
      deploymentChat: false,
      metadata: agent.metadata,
      completionArgs: { temperature: 0.3, stop: ['END'] },
    });
  });
});
