import { AGENT_OPERATIONS } from './agent-operations.ts';
import { CONNECTOR_OPERATIONS } from './connector-operations.ts';
import { CONVERSATION_OPERATIONS } from './conversation-operations.ts';
import { MODEL_OPERATIONS } from './model-operations.ts';
import type { Operation } from './operation.ts';
import { SERVER_OPERATIONS } from './server-operations.ts';
import { UNANSWERED_CALL_OPERATIONS } from './unanswered-call-operations.ts';

/** Every route of the server. A test holds the list against the routes that are there, in both directions. */
export const OPERATIONS: readonly Operation[] = [
  ...AGENT_OPERATIONS,
  ...CONVERSATION_OPERATIONS,
  ...CONNECTOR_OPERATIONS,
  ...MODEL_OPERATIONS,
  ...UNANSWERED_CALL_OPERATIONS,
  ...SERVER_OPERATIONS,
];
