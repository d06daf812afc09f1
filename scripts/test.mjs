// npm test: installs what is missing, then every check. Its last line is `N passed, N failed`.
//   npm test -- --only lint,unit            some of them: format lint types unused tests unit architecture docs scripts api durability e2e
//   npm test -- --only tests packages/wire  the tests of one folder
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checks, testFolders } from './checks.mjs';
import { countTests } from './count-tests.mjs';
import { ensureInstalled } from './install.mjs';
import { readJson, root, runScript, StartError } from './root.mjs';
import { withPinnedPath } from './run-child.mjs';

await runScript(async () => {
  const { selected, paths } = readArguments(process.argv.slice(2));
  const node = await ensureInstalled();
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const summary = [];
  for (const check of checks) {
    if (selected !== undefined && !selected.includes(check.name)) continue;
    const { code, said, took } = await runTool(node, check, 'collect');
    report(summary, check.name, code === 0 ? 'passed' : 'FAILED', took);
    if (code !== 0) console.log(said.trimEnd());
    totals[code === 0 ? 'passed' : 'failed'] += 1;
  }
  const folders = chooseFolders(selected, paths);
  if (folders !== undefined) {
    const counts = await runTests(node, folders, summary);
    totals.passed += counts.passed;
    totals.failed += counts.failed;
    totals.skipped = counts.skipped.length;
  }
  // A machine made for the checks has what they need: there, what did not run has failed.
  if (process.env.TRAMONTANE_CI === '1') {
    totals.failed += totals.skipped;
    totals.skipped = 0;
  }
  console.log(`\n${summary.join('\n')}\n`);
  console.log(
    `${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`,
  );
  return totals.failed === 0 && totals.passed > 0 ? 0 : 1;
});

function readArguments(args) {
  if (args[0] !== '--only') return { selected: undefined, paths: args };
  const selected = (args[1] ?? '').split(',');
  const known = [...checks.map(check => check.name), ...Object.keys(testFolders)];
  const unknown = selected.filter(name => !known.includes(name));
  if (unknown.length > 0)
    throw new StartError(`--only takes names of checks, with commas between: ${known.join(', ')}.`);
  return { selected, paths: args.slice(2) };
}

function chooseFolders(selected, paths) {
  if (selected === undefined) return paths;
  const names = selected.filter(name => name in testFolders);
  if (names.length === 0) return undefined;
  return [...(names.includes('tests') ? [] : names.flatMap(name => testFolders[name])), ...paths];
}

async function runTests(node, folders, summary) {
  const path = join(root, 'out', 'tests.json');
  mkdirSync(join(root, 'out'), { recursive: true });
  rmSync(path, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${path}`, ...folders];
  const { code, took } = await runTool(node, { tool: 'vitest', args }, 'show');
  const counts = countTests(path, code);
  report(summary, 'tests', code === 0 && counts.failed === 0 ? 'passed' : 'FAILED', took);
  for (const name of counts.skipped) console.log(`  skipped  ${name}`);
  for (const sentence of counts.problems) console.log(`  failed   ${sentence}`);
  return counts;
}

function report(summary, name, verdict, milliseconds) {
  const line = `${name.padEnd(8)} ${verdict}  ${(milliseconds / 1000).toFixed(1)} s`;
  summary.push(line);
  console.log(line);
}

// TRAMONTANE_CI is for this script: the server takes an unknown name that begins so for a mistake in its settings.
function toolEnvironment() {
  const { TRAMONTANE_CI: _, ...rest } = withPinnedPath(process.env);
  return rest;
}

async function runTool(node, { tool, args }, output) {
  const { bin } = readJson(`node_modules/${tool}/package.json`);
  const file = join(
    root,
    'node_modules',
    tool,
    typeof bin === 'string' ? bin : (bin[tool] ?? Object.values(bin)[0]),
  );
  const began = performance.now();
  const child = spawn(node, [file, ...args], {
    cwd: root,
    stdio: output === 'show' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    env: toolEnvironment(),
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => (said += chunk));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) => resolve(exit ?? signal));
  });
  return { code, said, took: performance.now() - began };
}
