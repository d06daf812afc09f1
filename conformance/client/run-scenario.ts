import { openScenario } from './open-scenario.ts';
import { scenarioFor } from './scenarios.ts';

/** @returns the exit code: 0 when the scenario went as it should, 2 without an address */
export async function runScenario(url: string | undefined, environment: NodeJS.ProcessEnv): Promise<number> {
  if (url === undefined || !URL.canParse(url)) {
    process.stderr.write(
      'Say where the server is: npm run conformance:client -- http://localhost:3000/mcp\n',
    );
    return 2;
  }
  const context: unknown = JSON.parse(environment['MCP_CONFORMANCE_CONTEXT'] ?? '{}');
  const scenario = openScenario(url, context, environment['MCP_CONFORMANCE_SCENARIO']);
  try {
    await scenarioFor(environment['MCP_CONFORMANCE_SCENARIO'])(scenario);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await scenario.close();
  }
}
