import type { ReadContext } from '../call-context.ts';
import type { Subject } from '../handler-context.ts';
import type { Complete } from './complete.ts';
import type { CacheHint, Resource, StaticResource, TemplateResource } from './define-resource.ts';
import { checkTimeout, refuse, within } from './refuse.ts';
import { compileUriTemplate } from './uri-template.ts';

/** A resource ready to be read: one with a fixed URI, or a template that a URI has matched. */
export interface CompiledResource {
  readonly name: string;
  readonly subject: Subject;
  readonly cache: CacheHint | undefined;
  readonly mimeType: string | undefined;
  readonly timeoutMs: number;
  readonly read: (context: ReadContext) => unknown;
}

/** `published` is the entry in resources/list or resources/templates/list. */
export interface ListedResource extends CompiledResource {
  readonly published: object;
}

export interface CompiledTemplate {
  readonly uriTemplate: string;
  readonly match: (uri: string) => CompiledResource | undefined;
  readonly completes: ReadonlyMap<string, Complete>;
  readonly published: object;
}

/** @throws KitError `definition_invalid` */
export function compileStatic(resource: StaticResource): ListedResource {
  const { uri, size } = resource;
  const subject = `Resource ${uri}`;
  if (!URL.canParse(uri)) refuse(subject, 'has no valid URI. Start it with a scheme, as in docs://handbook.');
  return {
    ...compileCommon(subject, resource),
    read: context => resource.read(context.uri, context),
    published: { uri, ...describeResource(resource), ...(size !== undefined && { size }) },
  };
}

/** @throws KitError `definition_invalid` */
export function compileTemplate(resource: TemplateResource): CompiledTemplate {
  const { uriTemplate } = resource;
  const subject = `Resource ${uriTemplate}`;
  const common = compileCommon(subject, resource);
  const matchUri = within(subject, () => compileUriTemplate(uriTemplate));
  const completes = new Map(Object.entries(resource.complete ?? {}));
  const stranger = [...completes.keys()].find(name => !new RegExp(`\\{\\+?${name}\\}`).test(uriTemplate));
  if (stranger !== undefined) refuse(subject, `completes {${stranger}}, which is not in its template.`);
  return {
    uriTemplate,
    completes,
    match: uri => {
      const params = matchUri(uri);
      return params && { ...common, read: context => resource.read(params, context) };
    },
    published: { uriTemplate, ...describeResource(resource) },
  };
}

function compileCommon(subject: string, resource: Resource): Omit<CompiledResource, 'read'> {
  if (!resource.name.trim()) refuse(subject, 'has no name. Give it one.');
  return {
    name: resource.name,
    subject: { kind: 'resource', name: resource.name },
    cache: checkCache(subject, resource.cache),
    mimeType: resource.mimeType,
    timeoutMs: checkTimeout(subject, resource.timeoutMs),
  };
}

function checkCache(subject: string, cache: CacheHint | undefined): CacheHint | undefined {
  if (cache !== undefined && !(Number.isSafeInteger(cache.ttlMs) && cache.ttlMs >= 0)) {
    refuse(subject, `has a cache.ttlMs of ${cache.ttlMs}. Give whole milliseconds, from 0.`);
  }
  return cache;
}

function describeResource({ name, title, description, mimeType, annotations }: Resource): object {
  return {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(mimeType !== undefined && { mimeType }),
    ...(annotations && { annotations }),
  };
}
