import { openGeneratedKey } from '@tramontane/agents';

/** The token the example server asks for. `file` is where it is kept; undefined when it came from `MCP_SECRET_TOKEN`. */
export interface CompanyToken {
  readonly token: string;
  readonly file?: string;
}

/**
 * `MCP_SECRET_TOKEN`, else a token that is made once and kept in the data folder (mode 0600), so that the demo's agent
 * still fits after a restart.
 */
export async function readCompanyToken(
  environment: NodeJS.ProcessEnv,
  dataFolder: string,
): Promise<CompanyToken> {
  const given = environment['MCP_SECRET_TOKEN'];
  if (given !== undefined && given !== '') return { token: given };
  const { key, file } = await openGeneratedKey(dataFolder, 'company-token', '');
  return { token: key, file };
}
