import { openHttpListener, openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { expect, it, onTestFinished } from 'vitest';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';

// How long a tool server may take: the settings' limits, and those of one server.

async function open(options: Parameters<typeof openApiServer>[0]): Promise<ApiServer> {
  const api = await openApiServer(options);
  onTestFinished(() => api.close());
  return api;
}

async function openSleeper(): Promise<string> {
  const sleeper = await openSdkV2Server({
    tools: [{ name: 'sleep', inputSchema: {}, handler: () => new Promise(() => undefined) }],
  });
  onTestFinished(() => sleeper.close());
  return sleeper.url;
}

async function openSilent(): Promise<string> {
  const silent = await openHttpListener(() => undefined);
  onTestFinished(() => silent.close());
  return `${silent.origin}/mcp`;
}

const create = (api: ApiServer, name: string, server: string) =>
  api.send('POST', '/v1/connectors', { name, description: 'd', server });
const call = (api: ApiServer, name: string) =>
  api.send('POST', `/v1/connectors/${name}/tools/sleep/call`, {});

it('the settings say it for every connector', async () => {
  const api = await open({ settings: { TRAMONTANE_TOOL_TIMEOUTS: 'connect=0.3,idle=0.4,total=20' } });
  await create(api, 'sleeper', await openSleeper());
  await create(api, 'silent', await openSilent());
  const slept = await call(api, 'sleeper');
  expectError(slept, 504);
  expect(slept.text).toContain('400 ms');
  const silent = await call(api, 'silent');
  expectError(silent, 504);
  expect(silent.text).toContain('could not be connected to within 300 ms');
});

it('one of the operator’s servers has its own, whatever the settings say', async () => {
  const api = await open({
    mcpServers: {
      sleeper: { url: await openSleeper(), limits: { totalMs: 500 } },
      silent: { url: await openSilent(), limits: { connectMs: 350 } },
    },
  });
  const slept = await call(api, 'sleeper');
  expectError(slept, 504);
  expect(slept.text).toContain('500 ms');
  expect((await call(api, 'silent')).text).toContain('could not be connected to within 350 ms');
});
