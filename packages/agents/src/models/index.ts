export * from './call-model.ts';
export * from './catalogue.ts';
