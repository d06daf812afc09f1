import type { ApiServer } from './open-api-server.ts';
import { mcpTool } from './run-turn.ts';
import { record, records, text, type Json } from './shapes.ts';

/** Makes an agent whose server comes with it, and how to sign in there; gives the id of the connector. */
export async function createInlineConnector(api: ApiServer, url: string, auth: Json): Promise<string> {
  const tools = [mcpTool(url, { auth })];
  const { json } = await api.send('POST', '/v1/agents', { model: 'scripted', name: 'A', tools });
  return text(records(record(json)['tools'])[0]?.['connector_id']);
}
