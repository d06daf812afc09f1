/** Errors whose message is written for the person who starts the server: shown without a stack trace. */
const FOR_PEOPLE: readonly string[] = [
  'StartError',
  'ConfigError',
  'EmbeddedPostgresError',
  'StoreError',
  'KitError',
];

/** System errors a person can mend, with what to do. */
const SYSTEM: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Stop the program that listens there, or choose another port with TRAMONTANE_PORT.',
  EADDRNOTAVAIL: 'This machine has no such address: set TRAMONTANE_HOST to one it has.',
  ENOTFOUND: 'No such host is known: look at TRAMONTANE_HOST and DATABASE_URL.',
  EAI_AGAIN:
    'The name could not be looked up: check the network and its DNS, or set TRAMONTANE_HOST to an IP address.',
  EACCES:
    'Set TRAMONTANE_DATA to a folder, and TRAMONTANE_PORT to a port from 1024 on, that this user may use.',
  EROFS: 'Set TRAMONTANE_DATA to a folder that can be written.',
  ENOSPC: 'Free some space and start again.',
};

/** What stderr gets when the start fails: one sentence where it is known what to do, else the stack. */
export function toFailure(error: unknown): string {
  if (!(error instanceof Error)) return `Tramontane stopped because of an unexpected error: ${String(error)}`;
  if (FOR_PEOPLE.includes(error.name)) return error.message;
  const advice = 'code' in error ? SYSTEM[String(error.code)] : undefined;
  if (advice !== undefined) return `Tramontane could not start: ${error.message}. ${advice}`;
  return `Tramontane stopped because of an unexpected error.\n${error.stack ?? error.message}`;
}
