import { writeFileSync } from 'node:fs';
import { ROOT } from '../architecture/source-file.ts';
import { REFERENCE, renderReference } from './render-reference.ts';

writeFileSync(`${ROOT}${REFERENCE}`, await renderReference());
