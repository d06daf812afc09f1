import { API_CUTS } from './api-cuts.ts';
import type { Cut } from './cut.ts';
import { KIT_CUTS } from './kit-cuts.ts';
import { SECTION_CUTS } from './section-cuts.ts';

/** Every guard that is taken out. */
export const CUTS: readonly Cut[] = [...SECTION_CUTS, ...KIT_CUTS, ...API_CUTS];
