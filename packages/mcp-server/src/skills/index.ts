export { defineSkill } from './define-skill.ts';
export type { SkillDefinition } from './define-skill.ts';
export { loadSkills } from './load-skills.ts';
export type { LoadSkillsOptions } from './load-skills.ts';
export type { Skill, SkillFile, SkillFrontmatter } from './skill.ts';
