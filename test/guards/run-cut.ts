import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';
import type { Cut } from './cut.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Names of the tests that fail while the guard is out. No file is changed: the cut is made as the file is loaded. */
export async function runCut({ file, text, without, tests }: Cut): Promise<readonly string[]> {
  let isCut = false;
  const cutIt = {
    name: 'cut-a-guard',
    enforce: 'pre' as const,
    transform(code: string, id: string) {
      if (id !== ROOT + file) return undefined;
      isCut = code.includes(text);
      return code.replace(text, () => without);
    },
  };
  const vitest = await startVitest(
    [...tests],
    // What is cached of a file is the file with another guard cut out.
    {
      root: ROOT,
      watch: false,
      reporters: [{}],
      testTimeout: 10_000,
      fsModuleCache: false,
      onConsoleLog: () => false,
    },
    { plugins: [cutIt] },
  );
  // Tests that fail are what is wanted.
  process.exitCode = 0;
  try {
    const modules = vitest.state.getTestModules();
    const failed = modules.flatMap(each =>
      [...each.children.allTests('failed')].map(({ fullName }) => `${each.relativeModuleId}: ${fullName}`),
    );
    const errors = modules.flatMap(each => each.errors().map(({ message }) => message));
    if (!isCut) throw new Error(`${text} was not found in ${file}.`);
    // A file that does not load says nothing about its tests.
    if (errors.length > 0) throw new Error(`Without it, tests do not run: ${errors.join('; ')}`);
    return failed;
  } finally {
    await vitest.close();
  }
}
