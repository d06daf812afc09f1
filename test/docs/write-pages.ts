import { writeFileSync } from 'node:fs';
import { ROOT } from '../architecture/source-file.ts';
import { GENERATED_PAGES } from './pages.ts';

for (const [path, render] of Object.entries(GENERATED_PAGES)) {
  writeFileSync(`${ROOT}${path}`, render());
  process.stdout.write(`wrote ${path}\n`);
}
