import { defineSkill, type Skill } from '@tramontane/mcp-server/skills';
import { PNG } from './contents.ts';

const greeting = `---
name: greeting
description: Greets people in their own language. Use it when somebody arrives.
license: Apache-2.0
metadata:
  version: "1.0"
  since: 2026-01-31
---

# Greeting

Look into \`references/\` for the language, then greet.
`;

const refunds = `---
name: refunds
description: Handles a customer's request for a refund, by the rules of the shop.
---

Refund what was bought in the last 30 days.
`;

/** One with a folder in it, and one below a path. */
export const skills: readonly Skill[] = [
  defineSkill({
    files: {
      'SKILL.md': greeting,
      'references/german.md': 'Guten Tag!\n',
      'references/images/wave.png': Buffer.from(PNG, 'base64'),
    },
  }),
  defineSkill({ path: 'shop/billing/refunds', files: { 'SKILL.md': refunds } }),
];
