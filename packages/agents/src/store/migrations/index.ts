import type { Migration } from 'kysely/migration';
import { agentsConversationsRuns } from './0001-agents-conversations-runs.ts';
import { apiKeys } from './0002-api-keys.ts';
import { connectorAccess } from './0003-connector-access.ts';
import { cancelRuns } from './0010-cancel-runs.ts';
import { unansweredCalls } from './0011-unanswered-calls.ts';
import { agentAliases } from './0020-agent-aliases.ts';
import { oauth } from './0040-oauth.ts';
import { toolPins } from './0041-tool-pins.ts';
import { requestKeys } from './0050-request-keys.ts';
import { pinsOfOperators } from './0060-pins-of-operators.ts';
import { limitsOfConnectors } from './0061-limits-of-connectors.ts';

/**
 * Every change of the tables, oldest first: one file each, in the order of their numbers, which need not follow one
 * another. A migration that has landed is never edited.
 */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-agents-conversations-runs': agentsConversationsRuns,
  '0002-api-keys': apiKeys,
  '0003-connector-access': connectorAccess,
  '0010-cancel-runs': cancelRuns,
  '0011-unanswered-calls': unansweredCalls,
  '0020-agent-aliases': agentAliases,
  '0040-oauth': oauth,
  '0041-tool-pins': toolPins,
  '0050-request-keys': requestKeys,
  '0060-pins-of-operators': pinsOfOperators,
  '0061-limits-of-connectors': limitsOfConnectors,
};
