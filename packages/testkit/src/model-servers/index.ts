export * from './open-model-server.ts';
export type { ModerationVerdict } from './moderation.ts';
export * from './reply.ts';
