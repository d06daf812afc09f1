import { isLogLevel } from '../../log-level.ts';
import type { Answer, Method } from '../era.ts';
import { invalidParams, toNotFound } from '../faults.ts';
import { CHANGED_METHODS, type Notice } from '../notices.ts';
import { RPC, toNotification, type Params } from '../rpc.ts';
import type { ServerModel } from '../server-model.ts';
import type { Session } from '../session.ts';

const EMPTY = { result: '{}' };

type SessionMethod = (params: Params, session: Session) => Answer;

/** Without a session there is nobody to remember anything for, and the method is unknown. */
export function inSession(method: SessionMethod): Method {
  return (params, { session }) =>
    session
      ? method(params, session)
      : {
          fault: {
            code: RPC.methodNotFound,
            message: 'This needs a session. Send initialize first.',
            status: 200,
          },
        };
}

/** `logging/setLevel` */
export const setLevel: SessionMethod = ({ level }, session) => {
  if (!isLogLevel(level)) return { fault: invalidParams('"level" must be a log level, as in "info".') };
  session.logLevel = level;
  return EMPTY;
};

/** `resources/subscribe`; the updates come on the GET stream, or on the connection. */
export function createSubscribe({ catalogue }: ServerModel): SessionMethod {
  return ({ uri }, session) => {
    if (typeof uri !== 'string') return { fault: invalidParams('"uri" must be a string.') };
    if (catalogue.findResource(uri) === undefined) return { fault: toNotFound(RPC.resourceNotFound, uri) };
    if (!session.subscribe(uri)) {
      return { fault: invalidParams('This session has too many subscriptions. End some of them first.') };
    }
    return EMPTY;
  };
}

export const unsubscribe: SessionMethod = ({ uri }, session) => {
  if (typeof uri !== 'string') return { fault: invalidParams('"uri" must be a string.') };
  session.subscriptions.delete(uri);
  return EMPTY;
};

/** Only what has been initialised in this era gets notices that belong to no request. */
export function deliverNotice(session: Session, notice: Notice): void {
  if (session.client === undefined) return;
  if (notice.kind !== 'resource') session.send(toNotification(CHANGED_METHODS[notice.kind]));
  else if (session.subscriptions.has(notice.uri)) {
    session.send(toNotification(CHANGED_METHODS.resource, { uri: notice.uri }));
  }
}
