/** What was found wrong; empty when all went as specified. */
export type Faults = string[];

export const PING = JSON.stringify({ jsonrpc: '2.0', id: 'alive', method: 'ping' });
/** Of an answer; beyond it, it is a hang. */
export const ANSWER_MS = 20_000;

/** One JSON-RPC response, with a result or an error as the specification has it. */
export function judge(text: string, about: string, faults: Faults): void {
  const wrong = (): void => void faults.push(`${about} was answered ${text.slice(0, 300)}`);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return wrong();
  }
  const { jsonrpc, result, error } = toFields(answer);
  const { code, message } = toFields(error);
  const fits =
    error === undefined
      ? typeof result === 'object' && result !== null
      : typeof code === 'number' && typeof message === 'string';
  if (jsonrpc !== '2.0' || !fits) wrong();
}

export function isAlive(text: string): boolean {
  return text === '{"jsonrpc":"2.0","id":"alive","result":{}}';
}

function toFields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
