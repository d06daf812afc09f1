export * from './open-model-server.ts';
export * from './reply.ts';
