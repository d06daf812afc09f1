export * from './call-model.ts';
export * from './catalogue.ts';
export * from './list-models.ts';
export * from './moderation.ts';
export { MISTRAL_BASE_URL } from './providers.ts';
export { refuseUnsendable } from './refuse-unsendable.ts';
