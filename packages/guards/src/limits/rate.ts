import { GuardsError } from '../guards-error.ts';

/** So many in so many seconds. */
export interface Rate {
  readonly amount: number;
  readonly seconds: number;
}

const UNITS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 };
const FORM = /^(\d{1,9})\s*(?:\/|\s+per\s+)\s*(?:(\d{1,6})\s+)?(second|minute|hour|day)s?$/i;

/**
 * Reads `100/minute`, `50 per hour`, `5/10 seconds`.
 *
 * @throws GuardsError `bad_rate` for anything else, or an amount or time of 0.
 */
export function parseRate(text: string): Rate {
  const [, amount, times = '1', unit = ''] = FORM.exec(text.trim()) ?? [];
  const rate = { amount: Number(amount), seconds: Number(times) * (UNITS[unit.toLowerCase()] ?? 0) };
  if (rate.amount > 0 && rate.seconds > 0) return rate;
  throw new GuardsError(
    'bad_rate',
    `${JSON.stringify(text)} is no rate. Write it as an amount and a time: 100/minute, 50/hour, 5/10 seconds.`,
  );
}

/** `60` seconds as `minute`, `10` as `10 seconds`. */
export function describeRate({ amount, seconds }: Rate): string {
  const [unit, length] = Object.entries(UNITS).findLast(([, length]) => seconds % length === 0) ?? [
    'second',
    1,
  ];
  const times = seconds / length;
  return times === 1 ? `${amount}/${unit}` : `${amount}/${times} ${unit}s`;
}
