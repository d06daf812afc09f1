import type { EndedCall, Guard } from '../guard.ts';
import { createRedaction, type RedactionOptions } from './redaction.ts';

/** Takes one JSON object a call, without the end of the line. */
export interface AuditSink {
  readonly write: (json: string) => void;
  /** Resolves when everything is where it belongs. */
  readonly close?: () => Promise<void>;
}

export interface AuditOptions {
  /** `openAuditFile`, or one of your own. */
  readonly sink: AuditSink;
  readonly redact?: RedactionOptions;
}

/**
 * Who called what, when, with which arguments and to which end: one JSON object for every call of a tool, refused ones
 * as well. Secrets among the arguments are left out.
 */
export function createAudit({ sink, redact: options }: AuditOptions): Guard {
  const redact = createRedaction(options);
  const toTime = createClockText();
  const toRecord = ({ call, status, errorType, error, durationSeconds }: EndedCall): string => {
    const { requestId, name, args, caller, address, idempotencyKey } = call;
    const head = JSON.stringify({
      time: toTime(Date.now()),
      request_id: requestId,
      caller: caller?.subject,
      credential: caller?.fingerprint,
      client_ip: address,
      tool_name: name.slice(0, 64),
      idempotency_key: idempotencyKey,
      status,
      error_type: errorType,
      error,
      duration_seconds: Math.round(durationSeconds * 1_000_000) / 1_000_000,
    });
    // Written once: the arguments are JSON already.
    return `${head.slice(0, -1)},"arguments":${redact(args)}}`;
  };
  return {
    ended: ended => sink.write(toRecord(ended)),
    ...(sink.close && { close: sink.close }),
  };
}

/** ISO 8601. Writing a date out costs as much as the rest of a record, so it is done once a second. */
function createClockText(): (now: number) => string {
  let last = Number.NaN;
  let toSecond = '';
  return now => {
    const second = Math.floor(now / 1000);
    if (second !== last) toSecond = new Date(now).toISOString().slice(0, -'000Z'.length);
    last = second;
    return `${toSecond}${String(now % 1000).padStart(3, '0')}Z`;
  };
}
