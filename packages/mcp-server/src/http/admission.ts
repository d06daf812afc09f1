import type { BearerCheck } from '@tramontane/guards';
import type { AuthInfo } from '../call-context.ts';
import { createOriginCheck, type OriginCheckOptions } from './origin-check.ts';

export interface AdmissionOptions extends OriginCheckOptions {
  /** Who may call; everyone unless given. */
  readonly auth?: BearerCheck;
}

/** What a request says of where it comes from and who sends it. */
export interface Credentials {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
}

export type Admitted =
  | { readonly ok: true; readonly auth?: AuthInfo }
  | {
      readonly ok: false;
      readonly status: 401 | 403;
      readonly detail: string;
      /** For the header `WWW-Authenticate`. */
      readonly challenge?: string;
    };

export type Admission = (credentials: Credentials) => Admitted;

/** Decides who is let in, the same on every kind of HTTP: by Host and Origin (403), then by credentials (401). */
export function createAdmission(options: AdmissionOptions): Admission {
  const { auth } = options;
  const checkOrigin = createOriginCheck(options);
  return ({ host, origin, authorization }) => {
    const refused = checkOrigin(host, origin);
    if (refused !== undefined) return { ok: false, status: 403, detail: refused };
    if (auth === undefined) return { ok: true };
    const verdict = auth(authorization);
    if (verdict.ok) return { ok: true, auth: { fingerprint: verdict.fingerprint } };
    return {
      ok: false,
      status: 401,
      detail: verdict.reason === 'invalid' ? 'Invalid token' : 'Missing or malformed bearer token',
      // RFC 6750 section 3.1: no error code when the caller gave no credentials.
      challenge: verdict.reason === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"',
    };
  };
}
