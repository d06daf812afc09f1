export * from './content.ts';
export * from './entries.ts';
export * from './events.ts';
export * from './fold-entries.ts';
export * from './model.ts';
export * from './next-step.ts';
export * from './state.ts';
export * from './tools.ts';
