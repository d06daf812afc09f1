export { createTracing } from './create-tracing.ts';
export type { TracingOptions } from './create-tracing.ts';
