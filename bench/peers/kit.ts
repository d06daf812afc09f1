import { serveHttp } from '@tramontane/mcp-server';
import { createKitServer } from './kit-tools.ts';
import { readNumber, tellParent } from './tell-parent.ts';

const { url } = await serveHttp(createKitServer(readNumber('tools', 1)), { port: 0 });
tellParent(`${url}/mcp`);
