import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkRun, type Findings } from './check-run.ts';
import { createPublicView, type PublicEntry, type PublicView } from './public-view.ts';
import { openRestartableServer, type RestartableServer } from './restartable-server.ts';
import type { LoggedEvent, RunLog } from './run-log.ts';
import { openScriptedModel } from './scripted-model.ts';
import { createStage, type Stage } from './stage.ts';
import { openToolEffects, type ToolEffects } from './tool-effects.ts';

/** A server to kill, with a model and tools that live on. One run at a time. */
export interface KillRig extends RestartableServer {
  readonly stage: Stage;
  readonly effects: ToolEffects;
  readonly view: () => PublicView;
  /**
   * One run through the script, with whatever is armed; the server is started again as often as it dies. The log is
   * opened when the first stream has ended and the server is up. `moments` are kills under way, waited for there and
   * before the history is read.
   */
  walk(log: () => Promise<RunLog>, moments?: readonly Promise<void>[]): Promise<Walk>;
  close(): Promise<void>;
}

export interface Walk extends Findings {
  readonly conversationId: string;
  readonly runId: string;
  readonly heard: 'done' | 'cut';
  readonly history: readonly PublicEntry[];
  readonly events: readonly LoggedEvent[];
  readonly resumed: number;
}

const LOOK_EVERY_MS = 10;
const LIMIT_MS = 60_000;

export async function openKillRig(options: {
  /** Settings that name the database. */
  readonly environment: Readonly<Record<string, string>>;
  /** Time that the model and the tools take, where a random kill is to find them at work. */
  readonly think?: () => Promise<void>;
}): Promise<KillRig> {
  const opened = new AsyncDisposableStack();
  const stage = createStage();
  const think = options.think ?? (async () => {});
  const effects = opened.adopt(await openToolEffects(stage, think), each => each.close());
  const model = opened.adopt(await openScriptedModel(stage, think), each => each.close());
  const restartable = await openRestartableServer({
    TRAMONTANE_MODEL_BASE_URL: model.url,
    TRAMONTANE_TRUSTED_TOOL_SERVERS: effects.trusted.origin,
    ...options.environment,
  }).catch(async (error: unknown) => {
    await opened.disposeAsync();
    throw error;
  });
  const { server } = restartable;
  const start = () => restartable.start();
  const view = () => createPublicView(server());
  const agentId = await view().createAgent({
    trusted: effects.trusted.url,
    untrusted: effects.untrusted.url,
  });

  return {
    ...restartable,
    stage,
    effects,
    view,
    async walk(openLog, moments = []) {
      const tag = randomUUID();
      const heard = await view().stream(agentId, tag, ({ type, content }) => {
        const spoken = /^(\d): $/.exec(typeof content === 'string' ? content : '');
        if (type === 'message.output.delta' && spoken) void stage.reach(`model ${spoken[1]} half`);
      });
      await Promise.all(moments);
      await start();
      const conversationId = await view().conversationOf(tag);
      const log = await openLog();
      if (conversationId === undefined) throw new Error('The conversation was not written down.');
      const runId = (await log.runOf(conversationId))?.id ?? '';
      for (const end = Date.now() + LIMIT_MS; (await log.runOf(conversationId))?.running;) {
        if (Date.now() > end)
          throw new Error(`The run did not end: ${JSON.stringify(await log.events(runId))}`);
        await start();
        await sleep(LOOK_EVERY_MS);
      }
      // A kill may be on its way while the run ends.
      stage.clear();
      await Promise.all(moments);
      await start();
      const history = await view().history(conversationId);
      const events = await log.events(runId);
      const ofRun = new Map([...effects.byKey].filter(([key]) => key.startsWith(`${runId}:`)));
      return {
        ...checkRun(runId, history, ofRun, events),
        conversationId,
        runId,
        heard,
        history,
        events,
        resumed: events.filter(({ type }) => type === 'run.resumed').length,
      };
    },
    async close() {
      await server().stop();
      await opened.disposeAsync();
    },
  };
}
