import type { APICallError } from '@ai-sdk/provider';

/** Milliseconds that the vendor asks to wait: seconds, or a date (RFC 9110 section 10.2.3). */
export function retryAfterOf({ responseHeaders }: APICallError): number | undefined {
  const value = responseHeaders?.['retry-after'];
  if (value === undefined) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
