import { z } from 'zod';
import type { Scenario } from './open-scenario.ts';

type Run = (scenario: Scenario) => Promise<unknown>;

/** What the kit wants of a client in each scenario; where nothing is said, to list the tools. */
const SCENARIOS: Readonly<Record<string, Run>> = {
  tools_call: async scenario => {
    await scenario.listTools();
    await scenario.callTool('add_numbers', { a: 2, b: 3 });
  },
  'elicitation-sep1034-client-defaults': scenario =>
    listAndCall(scenario, 'test_client_elicitation_defaults'),
  'sse-retry': scenario => listAndCall(scenario, 'test_reconnection'),
  'request-metadata': listAndCallAll,
  'sep-2322-client-request-state': scenario =>
    listAndCall(
      scenario,
      'test_mrtr_echo_state',
      'test_mrtr_unrelated',
      'test_mrtr_no_state',
      'test_mrtr_no_result_type',
    ),
  'http-standard-headers': useEverything,
  'http-custom-headers': async scenario => {
    await scenario.listTools();
    for (const call of toolCallsSchema.parse(scenario.context).toolCalls)
      await scenario.callTool(call.name, call.arguments);
  },
  'http-invalid-tool-headers': listAndCallAll,
  'json-schema-2020-12-preservation': async scenario => {
    const { tools } = await scenario.listTools();
    const seen = tools.find(({ name }) => name === 'json_schema_2020_12_tool');
    await scenario.callTool('json_schema_echo', { schema: seen?.inputSchema });
  },
};

export function scenarioFor(name: string | undefined): Run {
  const known = SCENARIOS[name ?? ''];
  if (known !== undefined) return known;
  if (name?.startsWith('auth/') === true) return scenario => listAndCall(scenario, 'test-tool');
  return scenario => scenario.listTools();
}

const toolCallsSchema = z.object({
  toolCalls: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) })),
});
const promptsSchema = z.object({ prompts: z.array(z.object({ name: z.string() })) });
const resourcesSchema = z.object({ resources: z.array(z.object({ uri: z.string() })) });

async function listAndCall(scenario: Scenario, ...names: readonly string[]): Promise<void> {
  await scenario.listTools();
  for (const name of names) await scenario.callTool(name);
}

async function listAndCallAll(scenario: Scenario): Promise<void> {
  const { tools } = await scenario.listTools();
  for (const { name, inputSchema } of tools) await scenario.callTool(name, sampleOf(inputSchema));
}

async function useEverything(scenario: Scenario): Promise<void> {
  await listAndCallAll(scenario);
  const { resources } = resourcesSchema.parse(await scenario.request('resources/list'));
  for (const { uri } of resources) await scenario.request('resources/read', { uri });
  const { prompts } = promptsSchema.parse(await scenario.request('prompts/list'));
  for (const { name } of prompts) await scenario.request('prompts/get', { name });
}

const objectSchema = z.object({
  properties: z.record(z.string(), z.object({ type: z.unknown() })).default({}),
});

/** Some value of the right type for every argument. */
function sampleOf(inputSchema: Record<string, unknown>): Record<string, unknown> {
  const { properties } = objectSchema.parse(inputSchema);
  return Object.fromEntries(
    Object.entries(properties).map(([name, { type }]) => [
      name,
      type === 'number' || type === 'integer' ? 1 : type === 'boolean' ? true : 'text',
    ]),
  );
}
