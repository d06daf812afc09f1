/** Why the egress did not deliver an answer. The list is closed: a new reason is a new member here. */
export type EgressErrorCode =
  | 'invalid_rule'
  | 'invalid_url'
  | 'address_refused'
  | 'redirect_refused'
  | 'body_too_large'
  | 'timed_out'
  | 'unreachable';

export interface EgressErrorData {
  /** Host as written in the URL after normalisation; never the whole URL, whose query may carry a secret. */
  host?: string;
  /** The refused address, normalised. */
  address?: string;
  /** An item for the allow list that would let the address through. Absent where no rule can, and for link-local and metadata addresses. */
  ruleHint?: string;
  /** Whether the request may have left this machine. False means that the other side certainly saw nothing of it. */
  sent?: boolean;
  /** HTTP status with which the opening of a WebSocket was refused. */
  status?: number;
  /** What that answer says of the credentials it wants: `www-authenticate` and the like, names in lower case. */
  headers?: Readonly<Record<string, string>>;
}

export class EgressError extends Error {
  override readonly name = 'EgressError';
  readonly code: EgressErrorCode;
  readonly data: EgressErrorData;

  constructor(code: EgressErrorCode, message: string, data: EgressErrorData = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.data = data;
  }
}
