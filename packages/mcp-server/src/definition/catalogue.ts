import type { Log } from '../log.ts';
import { compileSkills, type CompiledSkills } from '../skills/compile-skills.ts';
import type { Skill } from '../skills/skill.ts';
import {
  compileStatic,
  compileTemplate,
  type CompiledResource,
  type CompiledTemplate,
  type ListedResource,
} from './compile-resource.ts';
import { compilePrompt, type CompiledPrompt } from './compile-prompt.ts';
import { compileTool, type CompiledTool } from './compile-tool.ts';
import { createSchemaCompiler } from './compiled-schema.ts';
import type { Prompt } from './define-prompt.ts';
import type { Resource } from './define-resource.ts';
import type { Tool } from './define-tool.ts';
import { refuse } from './refuse.ts';

/** Everything a server offers, compiled once; nothing of it changes afterwards. Lists are in the order of definition. */
export interface Catalogue {
  readonly tools: ReadonlyMap<string, CompiledTool>;
  readonly prompts: ReadonlyMap<string, CompiledPrompt>;
  readonly resources: readonly ListedResource[];
  readonly templates: readonly CompiledTemplate[];
  readonly skills: CompiledSkills;
  /** A fixed URI before a template, templates in the order given. */
  readonly findResource: (uri: string) => CompiledResource | undefined;
}

/** Far above any real URI; keeps a hostile one from costing time in the templates' patterns. */
const LONGEST_URI = 8192;

/** @throws KitError `definition_invalid`, naming the tool or resource and what to change. */
export function compileCatalogue(
  tools: readonly Tool[],
  resources: readonly Resource[],
  log: Log,
  prompts: readonly Prompt[] = [],
  skills: readonly Skill[] = [],
): Catalogue {
  const compiledTools = compileTools(tools);
  const byUri = new Map<string, ListedResource>();
  const byTemplate = new Map<string, CompiledTemplate>();
  for (const resource of resources) {
    const key = 'uri' in resource ? resource.uri : resource.uriTemplate;
    if (byUri.has(key) || byTemplate.has(key))
      refuse(`Resource ${key}`, 'is defined twice. Keep one of them.');
    if (!resource.description) {
      log.warn(
        { resource: key },
        `Resource ${key} has no description; nobody can tell what it is for. Add one.`,
      );
    }
    if ('uri' in resource) byUri.set(key, compileStatic(resource));
    else byTemplate.set(key, compileTemplate(resource));
  }
  const compiledSkills = compileSkills(skills, log);
  const taken = [...compiledSkills.files.keys()].find(uri => byUri.has(uri));
  if (taken !== undefined) refuse(`Resource ${taken}`, 'is also a file of a skill. Keep one of them.');
  const templates = [...byTemplate.values()];
  return {
    tools: compiledTools,
    prompts: compilePrompts(prompts),
    resources: [...byUri.values(), ...compiledSkills.listed],
    skills: compiledSkills,
    templates,
    findResource: uri => {
      if (uri.length > LONGEST_URI) return undefined;
      const fixed = byUri.get(uri) ?? compiledSkills.files.get(uri);
      if (fixed) return fixed;
      for (const template of templates) {
        const matched = template.match(uri);
        if (matched) return matched;
      }
      return undefined;
    },
  };
}

function compileTools(tools: readonly Tool[]): ReadonlyMap<string, CompiledTool> {
  const compileSchema = createSchemaCompiler();
  const byName = new Map<string, CompiledTool>();
  for (const tool of tools) {
    if (byName.has(tool.name)) {
      refuse(`Tool ${JSON.stringify(tool.name)}`, 'is defined twice. Give each tool a name of its own.');
    }
    byName.set(tool.name, compileTool(tool, compileSchema));
  }
  return byName;
}

function compilePrompts(prompts: readonly Prompt[]): ReadonlyMap<string, CompiledPrompt> {
  const byName = new Map<string, CompiledPrompt>();
  for (const prompt of prompts) {
    if (byName.has(prompt.name)) {
      refuse(
        `Prompt ${JSON.stringify(prompt.name)}`,
        'is defined twice. Give each prompt a name of its own.',
      );
    }
    byName.set(prompt.name, compilePrompt(prompt));
  }
  return byName;
}
