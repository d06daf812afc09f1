// The checks of npm test: what each runs. A new check is a line here.

/** Tools are started by their own files on the pinned Node: no shell, the same on every system. */
export const checks = [
  { name: 'format', tool: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
  { name: 'lint', tool: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'types', tool: 'typescript', args: ['--noEmit'] },
  { name: 'unused', tool: 'knip', args: ['--no-progress'] },
];

/** Names for parts of the tests, for --only. */
export const testFolders = {
  tests: [],
  unit: ['packages/', 'examples/'],
  architecture: ['test/architecture/'],
  docs: ['test/docs/'],
  scripts: ['test/scripts/'],
  api: ['test/api/'],
  conformance: ['test/conformance/'],
  durability: ['test/durability/'],
  deploy: ['test/deploy/'],
  e2e: ['test/e2e/'],
};
