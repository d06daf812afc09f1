import { compileCatalogue, type Catalogue } from './definition/catalogue.ts';
import type { Resource } from './definition/define-resource.ts';
import type { Tool } from './definition/define-tool.ts';
import { createEngine, type Engine } from './engine/engine.ts';
import { KitError } from './kit-error.ts';
import { createLineLog, type Log } from './log.ts';

export interface McpServerOptions {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  /** For the model: what the server is for and how its tools go together. */
  readonly instructions?: string;
  readonly tools?: readonly Tool[];
  readonly resources?: readonly Resource[];
  /** A pino logger, or anything of that form; warnings and errors go to stderr unless given. */
  readonly log?: Log;
}

/** A compiled server. It holds nothing open: transports are opened on it (`serveHttp`, `mcpPlugin`). */
export interface McpServer {
  readonly name: string;
  readonly version: string;
  readonly catalogue: Catalogue;
  readonly engine: Engine;
  readonly log: Log;
}

/**
 * Compiles tools and resources: schemas to validators, lists to JSON. No I/O.
 *
 * @throws KitError `definition_invalid`, naming the tool or resource, what is wrong with it and what to do.
 */
export function createMcpServer(options: McpServerOptions): McpServer {
  const { name, version, title, instructions, tools = [], resources = [], log = createLineLog() } = options;
  if (!name || !version) {
    throw new KitError(
      'definition_invalid',
      'A server needs a name and a version, as in { name: "shop", version: "1.0.0" }.',
    );
  }
  const catalogue = compileCatalogue(tools, resources, log);
  const identity = { name, version, ...(title !== undefined && { title }) };
  const engine = createEngine({ identity, instructions, catalogue, log });
  return { name, version, catalogue, engine, log };
}
