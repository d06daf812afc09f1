import type { CheckedParameter, CheckedTool, DesignRule } from './design-finding.ts';

/** The rest of a sentence that begins with the tool, or nothing. */
type ToolRule = (tool: CheckedTool) => string | undefined;

/** Below it a model learns hardly more than from the name. */
const SHORTEST_DESCRIPTION = 15;
/** Two booleans in a call can be told apart; with three, callers mix them up. */
const MOST_BOOLEANS = 2;

const NAME_FOR_ALL_CLIENTS = /^[a-zA-Z0-9_-]{1,64}$/;
const VAGUE_WORDS = new Set(
  'action call command data do exec execute function get handle helper info invoke item main manage misc object operation perform process query request run service set stuff test thing tool utility'.split(
    ' ',
  ),
);
const ACTION_NAMES = /^(action|actions|operation|op|command|cmd|method|verb)$/i;
const PAYLOAD_NAMES = /^(data|payload|params|parameters|args|arguments|options|body|input|value)$/i;

export const TOOL_RULES = {
  'name-refused-elsewhere': ({ name }) =>
    NAME_FOR_ALL_CLIENTS.test(name)
      ? undefined
      : 'has a name that some clients and model vendors refuse. Use 1 to 64 of the characters a-z A-Z 0-9 _ - only.',

  'name-vague': ({ name }) =>
    toWords(name).every(word => VAGUE_WORDS.has(word))
      ? 'has a name that does not say what it does. Name the action and what it acts on, as in "search_orders".'
      : undefined,

  'description-short': ({ description }) =>
    description.trim().length < SHORTEST_DESCRIPTION
      ? `has a description of ${description.trim().length} characters. Say in a sentence or two what it does, when to use it, and what comes back.`
      : undefined,

  'description-repeats': ({ name, description }) => {
    const named = new Set(toWords(name));
    const told = toWords(description);
    return told.length > 0 && told.every(word => named.has(word) || FILLERS.has(word))
      ? 'has a description that only repeats its name. Say what it does, when to use it, and what comes back.'
      : undefined;
  },

  'catch-all': ({ parameters }) => {
    const action = parameters.find(one => ACTION_NAMES.test(one.name) && isTextual(one));
    const payload = parameters.find(one => PAYLOAD_NAMES.test(one.name) && isFreeForm(one));
    return action && payload
      ? `does different things by "${action.name}", with anything in "${payload.name}". Make a tool of each action, with parameters of its own: a model then sees what each one needs.`
      : undefined;
  },

  'required-not-stated': ({ parameters, statesRequired }) =>
    parameters.length > 0 && !statesRequired
      ? 'does not say which of its fields are required, so a model may leave out all of them. Add "required" to its JSON Schema, as [] if none is.'
      : undefined,

  'parameter-undescribed': ({ parameters }) => {
    const bare = parameters.filter(one => !isSelfExplaining(one)).map(one => `"${one.name}"`);
    return bare.length > 0
      ? `has ${bare.length === 1 ? 'a parameter' : 'parameters'} without a description: ${bare.slice(0, 8).join(', ')}${bare.length > 8 ? ', …' : ''}. Say what to put in and in which form: .describe('…') in zod, "description" in JSON Schema.`
      : undefined;
  },

  'boolean-trap': ({ parameters }) => {
    const flags = parameters.filter(one => one.required && one.schema['type'] === 'boolean');
    return flags.length > MOST_BOOLEANS
      ? `takes ${flags.length} required booleans (${flags.map(one => `"${one.name}"`).join(', ')}), which are easily mixed up. Use one enum that names the choices, or give them defaults.`
      : undefined;
  },

  'effect-not-stated': ({ saysWhetherItChanges }) =>
    saysWhetherItChanges
      ? undefined
      : 'does not say whether it changes anything. Set annotations.readOnlyHint, or annotations.destructiveHint: clients ask people before they call a tool that may.',
} satisfies Partial<Record<DesignRule, ToolRule>>;

const FILLERS = new Set('a an the tool for to of this and from with it is'.split(' '));

export function toWords(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '')
    .map(word => (word.length > 3 ? word.replace(/(?<!s)s$/, '') : word));
}

function isTextual({ schema }: CheckedParameter): boolean {
  return schema['type'] === 'string' || Array.isArray(schema['enum']);
}

/** Anything goes: an object that names no properties, or no type at all. */
function isFreeForm({ schema }: CheckedParameter): boolean {
  const { type, properties } = schema;
  if (type === 'object') return typeof properties !== 'object';
  return (
    type === undefined && !['$ref', 'anyOf', 'oneOf', 'allOf', 'enum', 'const'].some(key => key in schema)
  );
}

/** A described `$ref` may sit elsewhere; an enum or a constant shows what to put in. */
function isSelfExplaining({ schema }: CheckedParameter): boolean {
  return ['description', 'title', 'enum', 'const', '$ref'].some(key => key in schema);
}
