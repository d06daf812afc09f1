import { serveStdio } from '@tramontane/mcp-server';
import { createKitServer } from './kit-tools.ts';
import { readNumber } from './tell-parent.ts';

serveStdio(createKitServer(readNumber('tools', 1)));
