export { openTestClient } from './open-test-client.ts';
export { TestRpcError } from './test-peer.ts';
export type { TestClient, TestClientOptions } from './open-test-client.ts';
export type { TestEra } from './frames.ts';
export type {
  AnswerQuestion,
  Json,
  ListedTool,
  ServerQuestion,
  TestCallOptions,
  TestNotification,
  TestPrompt,
  TestReadResult,
  TestToolResult,
} from './test-client-types.ts';
