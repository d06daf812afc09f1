import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KitError } from '../kit-error.ts';

/** What the template calls itself, wherever its name belongs. */
const PLACEHOLDER = 'my-server';
const NAMED_IN = ['package.json', 'README.md', 'src/server.ts'];
/** What npm takes for the name of a package, without a scope. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,213}$/;

/**
 * Writes a new server project: a tool, its test, a Dockerfile.
 *
 * @param folder is made if it is not there; it must be empty.
 * @throws KitError `template_refused` for a name that npm does not take, or a folder that holds something.
 */
export async function writeTemplate(folder: string, name: string): Promise<void> {
  if (!NAME.test(name)) {
    throw new KitError(
      'template_refused',
      `${JSON.stringify(name)} cannot be the name of a package. Use small letters, digits, - _ and . only.`,
    );
  }
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) {
    throw new KitError('template_refused', `${folder} is not empty. Name a folder that is new or empty.`);
  }
  const template = fileURLToPath(new URL('../../templates/server/', import.meta.url));
  await cp(template, folder, {
    recursive: true,
    filter: source => !source.slice(template.length).split(/[\\/]/).includes('node_modules'),
  });
  // npm leaves a file of its real name out of packages.
  await rename(join(folder, '_gitignore'), join(folder, '.gitignore'));
  for (const file of NAMED_IN) {
    const path = join(folder, file);
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(PLACEHOLDER, name));
  }
}
