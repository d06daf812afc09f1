// npm run conformance: the official kit against the fixture server, for both revisions of the protocol.
import { serveHttp } from '@tramontane/mcp-server';
import { checkServer } from './kit/check-server.ts';
import { checkSkills } from './kit/check-skills.ts';
import { REVISIONS } from './kit/requirements.ts';
import { isClean } from './kit/verdict.ts';
import { createFixture } from './server/fixture.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const serving = await serveHttp(createFixture(), { host: 'localhost', port: 0 });
const summary: string[] = [];
try {
  const url = `${serving.url}/mcp`;
  for (const name of [...REVISIONS, 'skills'] as const) {
    const verdict = await (name === 'skills' ? checkSkills(url) : checkServer(url, name));
    const { scored, unscored, faults } = verdict;
    say(`\n${name}`);
    for (const result of [...scored, ...unscored]) {
      const counts = scored.includes(result);
      const mark = isClean(result) ? 'ok  ' : counts ? 'FAIL' : 'no  ';
      say(`  ${mark} ${result.name}: ${result.passed} passed${counts ? '' : ', not scored'}`);
    }
    for (const fault of faults) say(`  ${fault}`);
    const count = (results: typeof scored): string => `${results.filter(isClean).length}/${results.length}`;
    summary.push(`${name}: ${count(scored)} scored, ${count(unscored)} not scored`);
    if (faults.length > 0) process.exitCode = 1;
  }
} finally {
  await serving.close();
}
say(`\n${summary.join('\n')}`);
