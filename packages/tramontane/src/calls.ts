import { openGeneratedKey, readConfig } from '@tramontane/agents';
import { createApiClient, type ApiClient } from './api-client.ts';
import type { CallsCommand } from './call-arguments.ts';
import type { KeysOutput } from './keys.ts';
import { isRecord, toRecords, toText, type JsonRecord } from './records.ts';
import { toTable } from './table.ts';

type Asked = Extract<CallsCommand, { kind: `calls-${string}` }>;

/** Carries out `tramontane calls …` at the running server of the settings, with its key. Returns the exit code. */
export async function runCalls(
  command: Asked,
  environment: NodeJS.ProcessEnv,
  output: KeysOutput,
): Promise<number> {
  const config = readConfig(environment);
  const key = config.apiKeys?.[0] ?? (await openGeneratedKey(config.dataFolder, 'api-key', 'tram_')).key;
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${config.port}`;
  return await carryOut(command, createApiClient({ url, key, signal: new AbortController().signal }), output);
}

async function carryOut(command: Asked, api: ApiClient, { out, say, width }: KeysOutput): Promise<number> {
  if (command.kind === 'calls-list') {
    const { body } = await api.request('GET', `/v1/unanswered_calls?settled=${command.settled}`);
    const calls = toRecords(isRecord(body) ? body['data'] : []);
    if (command.json) out(JSON.stringify(calls, null, 2));
    else if (calls.length === 0) say('Every call that left got an answer, or was settled.');
    else out(toTable(calls.map(toRow), { width, limit: calls.length }));
    return 0;
  }
  const path = `/v1/conversations/${encodeURIComponent(command.conversation)}/unanswered_calls/${encodeURIComponent(command.call)}`;
  const { body } =
    command.kind === 'calls-check'
      ? await api.request('POST', `${path}/check`, {})
      : await api.request('POST', path, { verdict: command.verdict, note: command.note });
  const settlement = isRecord(body) ? body['settlement'] : undefined;
  if (!isRecord(settlement)) {
    say('The server of the tool still gives no answer. The call stays open.');
    return 1;
  }
  say(`The call is settled: ${toText(settlement['verdict'])}. Its conversation says so from now on.`);
  return 0;
}

function toRow(call: JsonRecord) {
  const { settlement } = call;
  return {
    conversation: call['conversation_id'],
    call: call['tool_call_id'],
    server: call['connector_name'],
    tool: call['tool_name'],
    noticed: call['noticed_at'],
    check: call['can_be_checked'] === true ? 'yes' : 'no',
    ...(isRecord(settlement) && { settled: settlement['verdict'] }),
    arguments: call['arguments'],
  };
}
