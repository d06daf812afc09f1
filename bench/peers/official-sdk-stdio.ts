import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createSdkFactory } from './official-sdk-tools.ts';
import { readNumber } from './tell-parent.ts';

serveStdio(createSdkFactory(readNumber('tools', 1)));
