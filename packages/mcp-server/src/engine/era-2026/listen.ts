import { internalError, invalidParams } from '../faults.ts';
import type { Method } from '../era.ts';
import { CHANGED_METHODS, type Notice } from '../notices.ts';
import { isRecord, toNotification, type Params, type RequestId } from '../rpc.ts';
import { createTaskFeed } from '../../tasks/task-feed.ts';
import { hasResources, hasTasks, type ServerModel } from '../server-model.ts';

const SUBSCRIPTION_KEY = 'io.modelcontextprotocol/subscriptionId';
/** URIs in one subscription. A client that wants more is told, not served in part. */
const MOST_URIS = 1000;

interface Filter {
  readonly toolsListChanged?: true;
  readonly promptsListChanged?: true;
  readonly resourcesListChanged?: true;
  readonly resourceSubscriptions?: readonly string[];
}

/**
 * `subscriptions/listen`: acknowledges, then sends what was asked for until the caller goes away or the server closes
 * (MCP 2026-07-28, basic/utilities/subscriptions). `about` goes into the last result's `_meta`.
 */
export function createListen(model: ServerModel, about: object): Method {
  let listening = 0;
  return async (params, meta, id) => {
    const { notifications } = params;
    const { notify, signal, ending } = meta;
    if (!isRecord(notifications)) return { fault: invalidParams('"notifications" must be an object.') };
    const { taskIds } = notifications;
    const filter = parseFilter(notifications, model);
    if (typeof filter === 'string') return { fault: invalidParams(filter) };
    if (notify === undefined) return { fault: internalError('This way in cannot send notifications.') };
    const feed =
      taskIds !== undefined && hasTasks(model.catalogue)
        ? await createTaskFeed(model, taskIds, params, meta)
        : undefined;
    if (feed && 'fault' in feed) return feed;
    if (listening >= model.maxListens) {
      return { fault: internalError('Too many subscriptions are open. Try again later.', 503) };
    }
    const send = (method: string, params: object): void =>
      notify(toNotification(method, { ...params, _meta: { [SUBSCRIPTION_KEY]: id } }));
    const accepted = { ...filter, ...(feed && { taskIds: feed.taskIds }) };
    send('notifications/subscriptions/acknowledged', { notifications: accepted });

    const uris = new Set(filter.resourceSubscriptions);
    listening += 1;
    const unsubscribe = model.notices.subscribe(notice => {
      if (!wants(filter, uris, notice)) return;
      send(CHANGED_METHODS[notice.kind], notice.kind === 'resource' ? { uri: notice.uri } : {});
    });
    feed?.open(send);
    try {
      await untilAborted(signal, ending);
    } finally {
      listening -= 1;
      unsubscribe();
      feed?.close();
    }
    return { result: toEnd(id, about) };
  };
}

function toEnd(id: RequestId, about: object): string {
  return JSON.stringify({ resultType: 'complete', _meta: { ...about, [SUBSCRIPTION_KEY]: id } });
}

function wants(filter: Filter, uris: ReadonlySet<string>, notice: Notice): boolean {
  switch (notice.kind) {
    case 'tools':
      return filter.toolsListChanged === true;
    case 'prompts':
      return filter.promptsListChanged === true;
    case 'resources':
      return filter.resourcesListChanged === true;
    case 'resource':
      return uris.has(notice.uri);
  }
}

/** What is not offered is left out of the acknowledgement. A sentence when the filter is not one. */
function parseFilter(given: Params, { catalogue }: ServerModel): Filter | string {
  const { resourceSubscriptions: uris } = given;
  if (uris !== undefined) {
    if (!Array.isArray(uris) || !uris.every(uri => typeof uri === 'string')) {
      return '"resourceSubscriptions" must be an array of URIs.';
    }
    if (uris.length > MOST_URIS) return `"resourceSubscriptions" may hold ${MOST_URIS} URIs at most.`;
  }
  const resources = hasResources(catalogue);
  return {
    ...(given['toolsListChanged'] === true && catalogue.tools.size > 0 && { toolsListChanged: true }),
    ...(given['promptsListChanged'] === true && catalogue.prompts.size > 0 && { promptsListChanged: true }),
    ...(given['resourcesListChanged'] === true && resources && { resourcesListChanged: true }),
    ...(uris !== undefined && resources && { resourceSubscriptions: uris }),
  };
}

function untilAborted(signal: AbortSignal, ending: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => {
    signal.removeEventListener('abort', done);
    ending?.removeEventListener('abort', done);
    resolve();
  };
  signal.addEventListener('abort', done);
  ending?.addEventListener('abort', done);
  if (signal.aborted || ending?.aborted) done();
  return promise;
}
