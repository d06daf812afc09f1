/** Code, meaning, and whether the same request may work later. `docs/errors.md` is held against this table. */
export const API_ERRORS = {
  invalid_request: { meaning: 'The request cannot be carried out as it stands.', retry: false },
  invalid_model: { meaning: 'No provider is configured for the model that was named.', retry: false },
  calls_open: {
    meaning: 'Function calls of the conversation wait for their results, or results fit no call.',
    retry: false,
  },
  tool_not_installed: {
    meaning: 'A built-in tool was asked for that this server does not have.',
    retry: false,
  },
  not_supported: {
    meaning: 'A part of the API that this server does not carry out, and does not ignore either.',
    retry: false,
  },
  guardrail_blocked: {
    meaning: 'A guardrail found something in the input that it is set to block.',
    retry: false,
  },
  guardrail_failed: {
    meaning: 'A guardrail could not check the input, and is set to block then.',
    retry: true,
  },
  validation: { meaning: 'Fields of the request have the wrong shape; `detail` lists them.', retry: false },
  not_found: { meaning: 'There is no such thing, or it is not yours.', retry: false },
  forbidden: { meaning: 'The key is known, and its role or its reach does not allow this.', retry: false },
  other_arguments: {
    meaning: 'The idempotency key was used for another request; a new one needs a new key.',
    retry: false,
  },
  still_running: { meaning: 'The first call with this idempotency key has not ended yet.', retry: true },
  lost: {
    meaning: 'A call with this idempotency key broke off and may have had its effect; it is not repeated.',
    retry: false,
  },
  conflict: { meaning: 'The thing exists already, or is busy.', retry: true },
  tool_server_refused: { meaning: 'The tool server refused the credentials of the connector.', retry: false },
  sign_in_required: {
    meaning: 'A person has to sign in to the tool server first; the message says where.',
    retry: false,
  },
  authorization_failed: {
    meaning: 'Signing in to the tool server cannot be done, or must not be; the message says why.',
    retry: false,
  },
  tool_changed: {
    meaning: 'The tool is not as it was when it was pinned, and waits for approval.',
    retry: false,
  },
  tool_server_unreachable: { meaning: 'The tool server gave no usable answer.', retry: true },
  tool_server_timed_out: { meaning: 'The tool server did not answer in time.', retry: true },
  model_failed: { meaning: 'The model could not answer; the message says why.', retry: true },
  run_cancelled: { meaning: 'The run was stopped before it ended.', retry: true },
  database_away: {
    meaning: 'The database is away or has no connection free; the server goes on by itself when it is back.',
    retry: true,
  },
  stopping: { meaning: 'The server is stopping; ask again in a moment.', retry: true },
} as const satisfies Record<string, { meaning: string; retry: boolean }>;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** One wrong field: where it stands, what is wrong, and what kind of mistake it is. */
export interface FieldProblem {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** What a caller is told when a request cannot be carried out. `http/errors.ts` chooses the status. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly param: string | undefined;
  readonly detail: readonly FieldProblem[] | undefined;
  /** HTTP status of the model's vendor, for `model_failed`. */
  readonly upstreamStatus: number | undefined;
  /** When the same request may work, for 429 and 503. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ApiErrorCode,
    message: string,
    options: {
      param?: string;
      detail?: readonly FieldProblem[];
      upstreamStatus?: number;
      retryAfterSeconds?: number;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.param = options.param;
    this.detail = options.detail;
    this.upstreamStatus = options.upstreamStatus;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Whatever was under way goes on when the database is back: it has not failed. */
export function isDatabaseAway(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 'database_away';
}

export function forbidden(message: string): ApiError {
  return new ApiError('forbidden', message);
}

export function notFound(what: string, id: string): ApiError {
  return new ApiError('not_found', `There is no ${what} ${JSON.stringify(id)}.`);
}

export function wrongField(loc: FieldProblem['loc'], msg: string, type = 'value_error'): ApiError {
  return new ApiError('validation', `${loc.join('.')}: ${msg}`, { detail: [{ loc, msg, type }] });
}
