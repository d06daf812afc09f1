export { writeTemplate } from './write-template.ts';
