import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';

const PEERS = new URL('peers/', import.meta.url);
/** Below the root, so that packages are found from there. */
const COMPILED = new URL('../out/bench-peers/', import.meta.url);

/**
 * The peers as JavaScript: those who install a package run that, and taking the types out takes longer than some of
 * what a cold start is measured for.
 *
 * @returns where a peer is, by its name without an ending.
 */
export async function compilePeers(): Promise<(name: string) => string> {
  await rm(COMPILED, { recursive: true, force: true });
  await mkdir(COMPILED, { recursive: true });
  for (const file of await readdir(PEERS)) {
    const source = await readFile(new URL(file, PEERS), 'utf8');
    const script = stripTypeScriptTypes(source).replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'");
    await writeFile(new URL(file.replace(/\.ts$/, '.js'), COMPILED), script);
  }
  return name => fileURLToPath(new URL(`${name}.js`, COMPILED));
}
