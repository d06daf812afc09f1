import type { Prompt } from '../definition/define-prompt.ts';
import type { Tool } from '../definition/define-tool.ts';
import { KitError } from '../kit-error.ts';
import type { Offer } from '../server.ts';

/**
 * Puts several servers into one: tools and prompts get the name of their part and `_` before their own. Resources and
 * skills keep their URIs, which tell them apart already; `createMcpServer` refuses two of one URI.
 *
 * ```ts
 * createMcpServer({ name: 'company', version: '1.0.0', ...mount({ crm, billing: proxy.offer }) });
 * ```
 *
 * @param parts by prefix: letters, digits, `_` and `-`, a letter first. `''` leaves names as they are.
 * @throws KitError `definition_invalid` for a prefix that cannot be, and for two tools that end up with one name.
 */
export function mount(parts: Readonly<Record<string, Offer>>): Required<Offer> {
  const offers = Object.entries(parts);
  for (const [prefix] of offers) {
    if (prefix === '' || /^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(prefix)) continue;
    throw new KitError(
      'definition_invalid',
      `${JSON.stringify(prefix)} cannot stand before the names of a part. Use up to 32 letters, digits, _ or -, a letter first.`,
    );
  }
  const named = <Item extends Tool | Prompt>(prefix: string, items: readonly Item[] = []): Item[] =>
    prefix === '' ? [...items] : items.map(item => ({ ...item, name: `${prefix}_${item.name}` }));
  const tools = offers.flatMap(([prefix, offer]) => named(prefix, offer.tools));
  const prompts = offers.flatMap(([prefix, offer]) => named(prefix, offer.prompts));
  refuseTwins('tools', tools);
  refuseTwins('prompts', prompts);
  return {
    tools,
    prompts,
    resources: offers.flatMap(([, { resources = [] }]) => resources),
    skills: offers.flatMap(([, { skills = [] }]) => skills),
  };
}

function refuseTwins(what: string, items: readonly { readonly name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of items) {
    if (seen.has(name)) {
      throw new KitError(
        'definition_invalid',
        `Two ${what} are named ${name} after mounting. Give their parts other prefixes.`,
      );
    }
    seen.add(name);
  }
}
