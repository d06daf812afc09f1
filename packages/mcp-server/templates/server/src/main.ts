import { createBearerAuth, createGuards, serveHttp, serveStdio } from '@tramontane/mcp-server';
import { createServer } from './server.ts';

const { HOST = '127.0.0.1', PORT = '8000', DOCS_FOLDER = 'docs', MCP_SECRET_TOKEN: token } = process.env;
const server = createServer(DOCS_FOLDER);

if (process.argv.includes('--stdio')) {
  serveStdio(server);
} else {
  if (!token && HOST !== '127.0.0.1') {
    throw new Error(
      `Everyone who reaches ${HOST} could call the tools. Set MCP_SECRET_TOKEN, or leave HOST out.`,
    );
  }
  const auth = token ? { auth: createBearerAuth({ tokens: [token] }) } : {};
  const serving = await serveHttp(server, { host: HOST, port: Number(PORT), guards: createGuards(auth) });
  process.stdout.write(`ready ${serving.url}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void serving.close());
  }
}
