import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from './config.ts';

/** A key that was made for the operator, and where it is kept. */
export interface GeneratedKey {
  readonly key: string;
  readonly file: string;
}

/**
 * The key in this file of the data folder, made at the first start. Only its owner may read it. Two starts at once
 * end with the same key.
 */
export async function openGeneratedKey(folder: string, name: string, prefix: string): Promise<GeneratedKey> {
  const file = join(folder, name);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const known = await readKey(file);
    if (known !== undefined) return { key: known, file };
    const key = `${prefix}${randomBytes(24).toString('base64url')}`;
    const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
    await writeFile(draft, `${key}\n`, { mode: 0o600, flag: 'wx' });
    try {
      // A link appears whole or not at all, and fails when another start was faster.
      await link(draft, file);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    } finally {
      await unlink(draft);
    }
    return { key: (await readKey(file)) ?? key, file };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([
      `The data folder ${folder} cannot be used (${reason}). Give TRAMONTANE_DATA a folder that this user may write.`,
    ]);
  }
}

async function readKey(file: string): Promise<string | undefined> {
  try {
    const key = (await readFile(file, 'utf8')).trim();
    if (key !== '') return key;
    throw new ConfigError([`${file} is empty. Delete it, and a new key is made at the next start.`]);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
