import { logDesign } from './check-design/log-design.ts';
import type { DesignRule } from './check-design/design-finding.ts';
import { compileCatalogue, type Catalogue } from './definition/catalogue.ts';
import type { Prompt } from './definition/define-prompt.ts';
import type { CacheHint, Resource } from './definition/define-resource.ts';
import type { Tool } from './definition/define-tool.ts';
import { createEngine, type Engine } from './engine/engine.ts';
import { createSealer, type SealerOptions } from './engine/era-2026/sealer.ts';
import { createNotices, type ServerNotify } from './engine/notices.ts';
import { KitError } from './kit-error.ts';
import { createLineLog, type Log } from './log.ts';
import { withResultLimit } from './result-limit.ts';
import type { Skill } from './skills/skill.ts';
import { createTasks, type TasksOptions } from './tasks/tasks.ts';
import { noteDeprecation, type Deprecation } from './versions/deprecation.ts';
import type { Worker } from './workers/worker.ts';

/** What a server offers. */
export interface Offer {
  readonly tools?: readonly Tool[];
  readonly resources?: readonly Resource[];
  readonly prompts?: readonly Prompt[];
  /** Made by `@tramontane/mcp-server/skills`. */
  readonly skills?: readonly Skill[];
}

export interface McpServerOptions extends Offer {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  /** For the model: what the server is for and how its tools go together. */
  readonly instructions?: string;
  /** A pino logger, or anything of that form; warnings and errors go to stderr unless given. */
  readonly log?: Log;
  /** Entries in one page of a list; all of them unless given. */
  readonly pageSize?: number;
  /** How long, and for whom, lists may be kept; a minute unless given, for everybody where nobody authenticates. */
  readonly listCache?: CacheHint;
  /** Seals what a client carries between a question and its answer (`context.elicit`). */
  readonly requestState?: SealerOptions;
  /** `subscriptions/listen` open at once; 10,000 unless given. */
  readonly maxListens?: number;
  /** Of calls that go on in the background: where they are kept, how long, how many. */
  readonly tasks?: TasksOptions;
  /** Bytes of a tool's result whose tool says nothing of its own; 16 MiB unless given. */
  readonly maxResultBytes?: number;
  /** Callers shall go elsewhere; told in the description of every tool and, over HTTP, in headers. */
  readonly deprecated?: Deprecation;
  /** Which rules of `checkDesign` to leave out of the warnings at start; `false` leaves out all. */
  readonly design?: false | { readonly off: readonly DesignRule[] };
  /** From `runWorkers`, where several processes serve on one port: what clients are promised then holds over all of them. */
  readonly worker?: Worker;
}

/** A compiled server. Transports are opened on it (`serveHttp`, `mcpPlugin`); it holds nothing open but its tasks. */
export interface McpServer {
  readonly name: string;
  readonly version: string;
  readonly catalogue: Catalogue;
  readonly engine: Engine;
  readonly log: Log;
  readonly deprecated?: Deprecation;
  readonly worker?: Worker;
  /** Tells the clients that listen. `update` does it by itself. */
  readonly notify: ServerNotify;
  /**
   * Offers something else from now on, and tells the clients that listen. What is not given stays.
   *
   * @throws KitError `definition_invalid`; the server then goes on as it was.
   */
  readonly update: (offer: Offer) => void;
  /** Stops the tasks that are running, and keeps them as failed. Transports are closed by who opened them. */
  readonly close: () => Promise<void>;
}

const MAX_LISTENS = 10_000;

/**
 * Compiles tools, resources and prompts: schemas to validators, lists to JSON. No I/O.
 *
 * @throws KitError `definition_invalid`, naming the tool or resource, what is wrong with it and what to do.
 */
export function createMcpServer(options: McpServerOptions): McpServer {
  const { name, version, title, instructions, log = createLineLog(), maxListens = MAX_LISTENS } = options;
  if (!name || !version) {
    throw new KitError(
      'definition_invalid',
      'A server needs a name and a version, as in { name: "shop", version: "1.0.0" }.',
    );
  }
  const { pageSize = Number.MAX_SAFE_INTEGER } = options;
  if (!(Number.isSafeInteger(pageSize) && pageSize > 0)) {
    throw new KitError(
      'definition_invalid',
      `A pageSize of ${pageSize} cannot be. Give a whole number from 1.`,
    );
  }
  let offer: Required<Offer> = { tools: [], resources: [], prompts: [], skills: [], ...pickOffer(options) };
  const { deprecated, design = { off: [] } } = options;
  const compile = ({ tools, resources, prompts, skills }: Required<Offer>): Catalogue =>
    compileCatalogue(
      withResultLimit(noteDeprecation(tools, deprecated), options.maxResultBytes),
      resources,
      log,
      prompts,
      skills,
    );
  let catalogue = compile(offer);
  if (design !== false) logDesign(offer.tools, design.off, log);
  const identity = { name, version, ...(title !== undefined && { title }) };
  const notices = createNotices();
  const { listCache, requestState, worker } = options;
  worker?.relay(notices);
  const sealer = createSealer({ ...(worker?.stateKey && { keys: [worker.stateKey] }), ...requestState });
  const tasks = createTasks({ ...(worker && { store: worker.taskStore }), ...options.tasks }, log);
  const model = {
    identity,
    instructions,
    catalogue,
    log,
    pageSize,
    listCache,
    notices,
    sealer,
    maxListens,
    tasks,
  };
  const engine = createEngine(model);
  return {
    name,
    version,
    engine,
    log,
    ...(deprecated && { deprecated }),
    ...(worker && { worker }),
    notify: notices,
    get catalogue() {
      return catalogue;
    },
    close: tasks.close,
    update: changes => {
      const next = { ...offer, ...pickOffer(changes) };
      const compiled = compile(next);
      const before = offer;
      offer = next;
      catalogue = compiled;
      engine.replace(compiled);
      if (next.tools !== before.tools) notices.toolsChanged();
      if (next.prompts !== before.prompts) notices.promptsChanged();
      if (next.resources !== before.resources || next.skills !== before.skills) notices.resourcesChanged();
    },
  };
}

function pickOffer({ tools, resources, prompts, skills }: Offer): Offer {
  return {
    ...(tools && { tools }),
    ...(resources && { resources }),
    ...(prompts && { prompts }),
    ...(skills && { skills }),
  };
}
