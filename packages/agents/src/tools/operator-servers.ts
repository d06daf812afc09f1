import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { OperatorServer } from '../core/operator-connectors.ts';
import { OperatorServersError, operatorOAuthSchema, toOperatorAuth } from './operator-oauth.ts';

export { OperatorServersError };

const envSchema = z.record(z.string(), z.string());
const limit = z.int().min(1).max(86_400_000).optional();
const limitsSchema = z.strictObject({ connectMs: limit, idleMs: limit, totalMs: limit }).optional();
const processSchema = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: envSchema.default({}),
  cwd: z.string().optional(),
  limits: limitsSchema,
});
const remoteSchema = z.object({
  url: z
    .string()
    .regex(/^(https?|wss?):\/\//, 'an address begins with https://, http://, wss:// or ws://')
    .refine(text => URL.canParse(text), 'this is no address')
    .refine(text => !URL.canParse(text) || new URL(text).username + new URL(text).password === '', {
      error: 'an address carries no user name or password; give headers or oauth',
    }),
  headers: envSchema.default({}),
  oauth: operatorOAuthSchema.optional(),
  limits: limitsSchema,
});
const fileSchema = z.object({
  mcpServers: z.record(
    z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a name has letters, digits, _ and -, at most 64 of them'),
    // Clients add keys of their own, such as `type`; those are left alone.
    z
      .record(z.string(), z.unknown())
      .refine(server => 'command' in server !== 'url' in server, 'a server has either a command or a url'),
  ),
});

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
  const at = `TRAMONTANE_MCP_SERVERS: ${path}`;
  const { mcpServers } = parsed(fileSchema, value, at);
  const used = Object.entries(mcpServers).filter(([, server]) => server['disabled'] !== true);
  return used.map(([name, server]) => {
    const place = `${at}: mcpServers.${name}`;
    // By its key, so that what is wrong inside is told, and not only that it has no known form.
    if ('command' in server) {
      const { command, args, env, cwd, limits } = parsed(processSchema, server, place);
      return {
        name,
        ...toLimits(limits),
        process: { command, args, env, ...(cwd === undefined ? {} : { cwd }) },
      };
    }
    const { url, headers, oauth, limits } = parsed(remoteSchema, server, place);
    const auth = oauth && { auth: toOperatorAuth(oauth, `${place}.oauth`) };
    return { name, ...toLimits(limits), url, headers, ...auth };
  });
}

function toLimits(given: z.infer<typeof limitsSchema>): Pick<OperatorServer, 'limits'> {
  if (given === undefined) return {};
  return { limits: Object.fromEntries(Object.entries(given).filter(([, ms]) => ms !== undefined)) };
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const { data, error } = schema.safeParse(value);
  if (data !== undefined) return data;
  const problems = error?.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new OperatorServersError(`${place}: ${problems?.join('; ')}.`);
}
