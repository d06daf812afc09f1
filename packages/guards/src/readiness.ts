import { GuardsError } from './guards-error.ts';

export interface HealthOptions {
  /**
   * What the server cannot do without, by name: resolves when it is there, rejects or resolves with `false` when not.
   * `signal` aborts when the time is over.
   */
  readonly checks: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>>;
  /** Milliseconds for all of them; 2,000 unless given. Later is not there. */
  readonly timeoutMs?: number;
  /** Told when what is there and what is not has changed; the names are those of what is not there. */
  readonly onChange?: (missing: readonly string[]) => void;
}

const TIMEOUT_MS = 2000;
/** Whoever asks more often gets the last answer: the endpoint is open, and a check costs what it checks. */
const KEEP_MS = 500;

/**
 * Whether everything is there that the server cannot do without.
 *
 * @throws GuardsError `bad_option`
 */
export function createReadiness(options: HealthOptions): () => Promise<boolean> {
  const { checks, timeoutMs = TIMEOUT_MS, onChange } = options;
  if (!(timeoutMs > 0 && timeoutMs < 2 ** 31)) {
    throw new GuardsError('bad_option', `health.timeoutMs is ${timeoutMs}. Give milliseconds from 1.`);
  }
  let last: { readonly at: number; readonly ready: Promise<boolean> } | undefined;
  let told = '';
  const look = async (): Promise<boolean> => {
    const signal = AbortSignal.timeout(timeoutMs);
    const found = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => ((await isThere(check, signal)) ? [] : [name])),
    );
    const missing = found.flat();
    if (missing.join(' ') !== told) {
      told = missing.join(' ');
      onChange?.(missing);
    }
    return missing.length === 0;
  };
  return () => {
    if (last === undefined || performance.now() - last.at > KEEP_MS) {
      const ready = look();
      last = { at: performance.now(), ready };
    }
    return last.ready;
  };
}

async function isThere(check: HealthOptions['checks'][string], signal: AbortSignal): Promise<boolean> {
  const late = new Promise<false>(resolve => {
    signal.addEventListener('abort', () => resolve(false));
  });
  try {
    return (await Promise.race([check(signal), late])) !== false;
  } catch {
    return false;
  }
}
