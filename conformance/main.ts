// npm run conformance [-- server|client|skills]: the official kit against the fixture server and the client, for both
// revisions of the protocol.
import { serveHttp } from '@tramontane/mcp-server';
import { checkClientAlone, checkClientTogether } from './kit/check-client.ts';
import { checkServer } from './kit/check-server.ts';
import { checkSkills } from './kit/check-skills.ts';
import { REVISIONS } from './kit/requirements.ts';
import { isClean, type Verdict } from './kit/verdict.ts';
import { createFixture } from './server/fixture.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const [only] = process.argv.slice(2);
const summary: string[] = [];

function report(name: string, { scored, unscored, faults }: Verdict): void {
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

if (only !== 'client') {
  const serving = await serveHttp(createFixture(), { host: 'localhost', port: 0 });
  try {
    const url = `${serving.url}/mcp`;
    if (only !== 'skills')
      for (const revision of REVISIONS) report(`server ${revision}`, await checkServer(url, revision));
    report('server skills', await checkSkills(url));
  } finally {
    await serving.close();
  }
}
if (only === undefined || only === 'client') {
  for (const revision of REVISIONS) {
    report(`client ${revision}`, await checkClientTogether(revision));
    report(`client ${revision}, one at a time`, await checkClientAlone(revision));
  }
}
say(`\n${summary.join('\n')}`);
