import { openServices } from './services.ts';
import { startOnboarding } from './start-onboarding.ts';

const services = await openServices();
const { DATABASE_URL: databaseUrl, PORT: port } = process.env;
const onboarding = await startOnboarding({
  services: services.urls,
  ...(databaseUrl !== undefined && { databaseUrl }),
  ...(port !== undefined && { port: Number(port) }),
});
process.stdout.write(`onboard_customer is offered at ${onboarding.url}/mcp; Ctrl-C ends it.\n`);
const end = async (): Promise<void> => {
  await onboarding[Symbol.asyncDispose]();
  await services[Symbol.asyncDispose]();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void end());
}
