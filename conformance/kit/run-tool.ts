import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const KIT_MS = 300_000;

/** Runs the official kit's command on this Node. It fails for failed scenarios too, so its exit code is not judged here. */
export async function runTool(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const kit = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js');
  const child = spawn(process.execPath, [kit, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: KIT_MS,
    ...options,
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const [code, out, err] = await Promise.all([promise, text(child.stdout), text(child.stderr)]);
  return { code, output: out + err };
}
