/** Code, meaning and whether trying again may help. `docs/errors.md` is held against this table. */
export const START_ERRORS = {
  port_in_use: { meaning: 'The address the server should listen on is taken.', retry: false },
  example_missing: { meaning: 'The example server is not part of this installation.', retry: false },
  example_failed: { meaning: 'The example server did not start.', retry: true },
  example_port_taken: { meaning: 'Another program took the port of the example server.', retry: true },
  demo_refused: { meaning: 'The Agents API answered a request of the command with an error.', retry: false },
  database_missing: {
    meaning: 'The command works on a database, and none that can be used is set.',
    retry: false,
  },
  demo_unanswered: { meaning: 'The Agents API did not answer a request of the command.', retry: true },
} as const satisfies Record<string, { meaning: string; retry: boolean }>;

export type StartErrorCode = keyof typeof START_ERRORS;

/** Something a person who starts Tramontane can mend: its message is one sentence and says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: StartErrorCode;

  constructor(code: StartErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
