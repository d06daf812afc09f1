// npm run conformance:client -- <url>: the client under test of the official kit, made of packages/mcp-client.
import { takeTurn } from '../kit/turns.ts';

const turns = process.env['CONFORMANCE_TURNS'];
// Before anything is loaded: the kit starts all clients at once, and loading them all would take every processor.
if (turns !== undefined) await takeTurn(Number(turns));
const { runScenario } = await import('./run-scenario.ts');
process.exitCode = await runScenario(process.argv[2], process.env);
