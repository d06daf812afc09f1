import { z } from 'zod';

export const ownerTypeSchema = z.enum(['user', 'org', 'workspace', 'system']);
export type OwnerType = z.infer<typeof ownerTypeSchema>;

/** Which tools wait for confirmation: names, a property, or an expression over both. */
export type ConfirmationRule =
  string[] | { read_only: boolean | null } | { type: 'and' | 'or'; expressions: ConfirmationRule[] };

/** A rule nested without end would exhaust the stack of whoever reads it. */
const MAX_RULE_DEPTH = 8;

function ruleOfDepth(depth: number): z.ZodType<ConfirmationRule> {
  const names = z.array(z.string());
  const property = z.strictObject({ read_only: z.boolean().nullable() });
  if (depth === 0) return z.union([names, property]);
  const expressions = z.array(ruleOfDepth(depth - 1));
  return z.union([names, property, z.strictObject({ type: z.enum(['and', 'or']), expressions })]);
}

const toolRules = {
  requires_confirmation: ruleOfDepth(MAX_RULE_DEPTH).nullable().exactOptional(),
  skip_confirmation: ruleOfDepth(MAX_RULE_DEPTH).nullable().exactOptional(),
  include: z.array(z.string()).nullable().exactOptional(),
  exclude: z.array(z.string()).nullable().exactOptional(),
};

/** Body of `POST /v1/connectors/{connector_id}/{scope}/activate`; newer SDKs send none. */
export const activateConnectorSchema = z.object(toolRules);
export type ActivateConnector = z.infer<typeof activateConnectorSchema>;

/** How one level (user, workspace, organization) wants a connector's tools used. */
export const connectionPreferenceSchema = z.strictObject({
  name: z.string(),
  tool_configuration: z.strictObject(toolRules),
  is_default: z.boolean().nullable().optional(),
  consumer_type: ownerTypeSchema.nullable().optional(),
});
export type ConnectionPreference = z.infer<typeof connectionPreferenceSchema>;
