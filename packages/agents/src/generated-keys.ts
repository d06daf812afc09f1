import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ConfigError } from './config.ts';
import { openDataFolder, readOrWriteOnce } from './store/embedded/data-folder.ts';

/** A key that was made for the operator, and where it is kept. */
export interface GeneratedKey {
  readonly key: string;
  readonly file: string;
}

/** The key in this file of the data folder, made at the first start. Only its owner may read the file. */
export async function openGeneratedKey(
  dataFolder: string,
  name: string,
  prefix: string,
): Promise<GeneratedKey> {
  const folder = await openDataFolder(dataFolder);
  const file = join(folder, name);
  const text = await readOrWriteOnce(
    folder,
    name,
    async () => `${prefix}${randomBytes(24).toString('base64url')}\n`,
  );
  const key = text.trim();
  if (key === '')
    throw new ConfigError([`${file} is empty. Delete it, and a new key is made at the next start.`]);
  return { key, file };
}
