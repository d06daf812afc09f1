import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { OperatorServer } from '../core/operator-connectors.ts';

const envSchema = z.record(z.string(), z.string());
const processSchema = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: envSchema.default({}),
  cwd: z.string().optional(),
});
const remoteSchema = z.object({
  url: z.string().regex(/^(https?|wss?):\/\//, 'an address begins with https://, http://, wss:// or ws://'),
  headers: envSchema.default({}),
});
const fileSchema = z.object({
  mcpServers: z.record(
    z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a name has letters, digits, _ and -, at most 64 of them'),
    // Clients add keys of their own, such as `type` or `disabled`; those are left alone.
    z.union([processSchema, remoteSchema], { error: 'a server has either a command or a url' }),
  ),
});

/** What is wrong with the file. The message names the place and never shows a value: keys stand in it. */
export class OperatorServersError extends Error {
  override readonly name = 'OperatorServersError';
}

/**
 * The operator's MCP servers, from a file in the form that MCP clients share: `{"mcpServers": {name: {command, args, env,
 * cwd} or {url, headers}}}`. It is the only way to a server that is a program on this machine.
 * @throws OperatorServersError
 */
export function readOperatorServers(path: string): readonly OperatorServer[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const reason =
      cause instanceof SyntaxError ? 'it is not valid JSON' : (cause as NodeJS.ErrnoException).code;
    // The cause of bad JSON quotes the file.
    throw new OperatorServersError(`TRAMONTANE_MCP_SERVERS: ${path} cannot be read: ${reason}.`);
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`);
    throw new OperatorServersError(`TRAMONTANE_MCP_SERVERS: ${path}: ${problems.join('; ')}.`);
  }
  return Object.entries(parsed.data.mcpServers).map(([name, server]) => {
    if ('url' in server) return { name, url: server.url, headers: server.headers };
    const { command, args, env, cwd } = server;
    return { name, process: { command, args, env, ...(cwd === undefined ? {} : { cwd }) } };
  });
}
