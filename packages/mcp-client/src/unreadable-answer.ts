import { SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { ConnectionError, type ConnectionErrorData } from './connection-error.ts';
import { isRecord } from './json.ts';
import type { OpenTarget } from './server-target.ts';

/**
 * An answer came and nothing can be made of it. The sentence leaves out what the tool may have done: `mayHaveRun`
 * says that, and whoever shows the message words it.
 */
export function toUnreadable(
  reason: string,
  what: string,
  data: ConnectionErrorData,
  advice?: string,
): ConnectionError {
  return new ConnectionError(
    'protocol_error',
    `${data.server} answered ${what}, but the answer could not be read: ${reason}.${advice === undefined ? '' : ` ${advice}`}`,
    { ...data, answered: true },
  );
}

/**
 * Why the SDK could not read an answer, or undefined where its error says something else. The words are our own:
 * what a validator prints is for programmers.
 */
export function unreadableReason(error: unknown, target: OpenTarget): string | undefined {
  if (error instanceof SyntaxError) return 'it is not valid JSON';
  // A stack that is too small for a function that goes through the answer.
  if (error instanceof RangeError) return 'it is nested too deep';
  if (error instanceof SdkError && error.code === SdkErrorCode.ClientHttpUnexpectedContent) {
    const type = isRecord(error.data) ? error.data['contentType'] : undefined;
    return typeof type === 'string'
      ? `it is ${target.redact(type)}, not JSON`
      : 'it does not say what type of content it is';
  }
  if (error instanceof SdkError && error.code === SdkErrorCode.InvalidResult)
    return 'it does not have the form that MCP gives to such a result';
  // Of every version of zod that the SDK may bring.
  if (error instanceof Error && 'issues' in error && Array.isArray(error.issues))
    return 'it does not have the form of JSON-RPC';
  return undefined;
}
