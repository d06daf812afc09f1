import type { ConfirmationRule } from '@tramontane/wire';

/** What a rule can look at. `readOnly` is what the tool's server says of it: a hint, never a proof. */
export interface JudgedTool {
  /** The tool's own name on its server. */
  readonly name: string;
  readonly readOnly: boolean;
}

/** What one place says: an agent's or a request's `tool_configuration`, or how a connector was activated. */
export interface ConfirmationRules {
  readonly requires?: ConfirmationRule | null;
  readonly skips?: ConfirmationRule | null;
}

/**
 * Whether a person has to allow a call of this tool before it leaves.
 * @param asked Names that the agent or the request lists: these always wait.
 * @param preferences What holds for the connector, nearest level first: the first one that says something decides, and
 *   where it says both, `skips` is an exception to its own `requires`.
 */
export function needsConfirmation(
  tool: JudgedTool,
  asked: readonly string[],
  preferences: readonly ConfirmationRules[] = [],
): boolean {
  if (asked.includes(tool.name)) return true;
  for (const { requires, skips } of preferences) {
    if (skips && matches(skips, tool)) return false;
    if (requires && matches(requires, tool)) return true;
  }
  return false;
}

/** A rule that says nothing matches nothing, so that an empty `skip_confirmation` lets no call through. */
function matches(rule: ConfirmationRule, tool: JudgedTool): boolean {
  if (Array.isArray(rule)) return rule.includes(tool.name);
  if ('read_only' in rule) return rule.read_only === tool.readOnly;
  if (rule.expressions.length === 0) return false;
  return rule.type === 'and'
    ? rule.expressions.every(each => matches(each, tool))
    : rule.expressions.some(each => matches(each, tool));
}
