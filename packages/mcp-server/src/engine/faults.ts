import type { Failed } from '../failure.ts';
import { quote } from '../quote.ts';
import { RPC, type Fault } from './rpc.ts';

export function invalidParams(message: string, status = 200): Fault {
  return { code: RPC.invalidParams, message, status };
}

export function internalError(message: string, status = 200): Fault {
  return { code: RPC.internalError, message, status };
}

/** For methods whose result has no place for a failure. */
export function toFault({ failure, message, required, scopes }: Failed): Fault {
  switch (failure) {
    case 'unknown':
    case 'invalid_arguments':
    case 'client_failed':
      return invalidParams(message);
    case 'capability_missing':
      return { code: RPC.missingCapability, message, data: { requiredCapabilities: required }, status: 400 };
    case 'insufficient_scope': {
      const data = { requiredScopes: scopes };
      return { code: RPC.forbidden, message, data, status: 403, ...(scopes && { scopes }) };
    }
    case 'timed_out':
    case 'permission_denied':
    case 'tool_failed':
    case 'refused':
    case 'internal':
    case 'result_too_large':
    case 'aborted':
      return internalError(message);
  }
}

/** The eras have a code of their own for it. */
export function toNotFound(code: number, uri: unknown): Fault {
  return { code, message: `Resource not found: ${quote(String(uri))}`, data: { uri }, status: 200 };
}
