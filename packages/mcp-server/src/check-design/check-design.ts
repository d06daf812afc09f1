import type { Tool } from '../definition/define-tool.ts';
import { isZodSchema, toPublishedSchema } from '../definition/published-schema.ts';
import { SERVER_RULES, type ServerRule } from './server-rules.ts';
import { TOOL_RULES } from './tool-rules.ts';
import type { CheckedTool, DesignFinding, DesignRule } from './design-finding.ts';

/**
 * Looks for what makes tools hard to choose and to call for a model, and says what to do. Nothing it finds stops a
 * server from working; `createMcpServer` writes the findings to its log once, at start.
 *
 * @param off rules to leave out, by name; see docs/kit/tool-design.md for the list.
 */
export function checkDesign(
  tools: readonly Tool[],
  { off = [] }: { readonly off?: readonly DesignRule[] } = {},
): readonly DesignFinding[] {
  const checked = tools.map(toChecked);
  const found: DesignFinding[] = [];
  for (const [rule, check] of Object.entries(TOOL_RULES)) {
    if (off.includes(rule as DesignRule)) continue;
    for (const tool of checked) {
      const problem = check(tool);
      if (problem === undefined) continue;
      found.push({ rule: rule as DesignRule, tool: tool.name, message: `Tool "${tool.name}" ${problem}` });
    }
  }
  for (const [rule, check] of Object.entries<ServerRule>(SERVER_RULES)) {
    if (off.includes(rule as DesignRule)) continue;
    for (const { tool, problem } of check(checked)) {
      found.push({
        rule: rule as DesignRule,
        ...(tool !== undefined && { tool }),
        message: tool === undefined ? problem : `Tool "${tool}" ${problem}`,
      });
    }
  }
  return found;
}

function toChecked({ name, description, input, annotations }: Tool): CheckedTool {
  const schema = isZodSchema(input) ? toPublishedSchema(input, 'input') : input;
  const properties = Object.entries(isObject(schema['properties']) ? schema['properties'] : {});
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : undefined;
  return {
    name,
    description: description ?? '',
    parameters: properties.map(([name, parameter]) => ({
      name,
      schema: isObject(parameter) ? parameter : {},
      required: required?.includes(name) ?? false,
    })),
    statesRequired: required !== undefined,
    saysWhetherItChanges:
      annotations?.readOnlyHint !== undefined || annotations?.destructiveHint !== undefined,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
