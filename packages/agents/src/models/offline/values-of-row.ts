import type { Row } from './find-rows.ts';
import { slotsOf } from './offline-tool.ts';
import type { OfflineTool } from './offline-tool.ts';
import { splitName } from './words.ts';

/** What a row of an earlier result gives to a tool's arguments: by the column's name, and `id` to `user_id`. */
export function valuesOfRow(tool: OfflineTool, row: Row): Record<string, unknown> {
  const byWords = new Map(Object.entries(row).map(([column, value]) => [splitName(column).join('_'), value]));
  const values: Record<string, unknown> = {};
  for (const slot of slotsOf(tool.schema, tool.schema)) {
    if (!slot.required) continue;
    const last = slot.words.at(-1) ?? '';
    const keys = [slot.words.join('_'), ...(/^(?:id|email|name|url|phone)$/.test(last) ? [last] : [])];
    if (/^(?:to|recipient|receiver)$/.test(last)) keys.push('email');
    const value = keys.map(key => byWords.get(key)).find(one => one !== undefined && one !== null);
    const fitted = fit(value, slot.type);
    if (fitted !== undefined) values[slot.name] = fitted;
  }
  return values;
}

function fit(value: unknown, type: string): unknown {
  if (type === 'string')
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  if (type === 'integer' || type === 'number') {
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  }
  return typeof value === type ? value : undefined;
}
