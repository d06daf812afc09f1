import { openBilling, openCrm, startGateway } from './index.ts';

const { MCP_SECRET_TOKEN: token, PORT: port } = process.env;
if (token === undefined || token === '') {
  process.stderr.write('Set MCP_SECRET_TOKEN to the token that callers of the tools shall send.\n');
  process.exit(1);
}
// Here the two services are part of the example; yours have an address and a credential already.
const apiKey = crypto.randomUUID();
const client = { clientId: 'gateway', clientSecret: crypto.randomUUID() };
const crm = await openCrm({ apiKey });
const billing = await openBilling(client);
const gateway = await startGateway({
  crm: { url: crm.url, apiKey },
  billing: { url: billing.url, ...client },
  token,
  ...(port !== undefined && { port: Number(port) }),
});
process.stdout.write(`crm_lookup and billing_invoice are offered at ${gateway.url}/mcp; Ctrl-C ends it.\n`);
const end = async (): Promise<void> => {
  await gateway[Symbol.asyncDispose]();
  await Promise.all([crm[Symbol.asyncDispose](), billing[Symbol.asyncDispose]()]);
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void end());
}
