import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE_NAME = 'company-token';

/**
 * The token the example server asks for: `MCP_SECRET_TOKEN`, else one that is made once and kept in the data folder
 * (mode 0600), so that the demo's agent still fits after a restart.
 */
export async function readCompanyToken(environment: NodeJS.ProcessEnv, dataFolder: string): Promise<string> {
  const given = environment['MCP_SECRET_TOKEN'];
  if (given !== undefined && given !== '') return given;
  const path = join(dataFolder, FILE_NAME);
  const kept = await readKept(path);
  if (kept !== undefined) return kept;
  await makeFolder(dataFolder);
  // Linked into place: of two starts at once both must end with the same token, whole.
  const own = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(own, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  try {
    await link(own, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(own, { force: true });
  }
  return (await readKept(path)) ?? '';
}

async function makeFolder(folder: string): Promise<void> {
  const root = process.getuid?.() === 0;
  const made = await mkdir(folder, { recursive: true, mode: root ? 0o711 : 0o700 });
  // Root's database runs as another user, who must get through whatever the umask says.
  if (made !== undefined && root) await chmod(folder, 0o711);
}

async function readKept(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
