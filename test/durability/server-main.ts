// The Agents API as a process of its own, to be killed: settings from the environment, as the command has them.
import { flushCompileCache } from 'node:module';
import { readConfig, startServer } from '@tramontane/agents';

const server = await startServer(readConfig(process.env));
// A killed process leaves no cache behind by itself, and every start would compile everything again.
flushCompileCache();
process.send?.({ url: server.url, apiKey: server.apiKey.first });
// The channel closes however the parent ends: no server outlives its test.
process.once('disconnect', () => void server.close().finally(() => process.exit()));
