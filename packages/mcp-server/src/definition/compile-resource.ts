import type { ReadContext } from '../call-context.ts';
import type { ReadReturn, Resource, StaticResource, TemplateResource } from './define-resource.ts';
import { checkTimeout, refuse, within } from './refuse.ts';
import { compileUriTemplate } from './uri-template.ts';

/** A resource ready to be read: one with a fixed URI, or a template that a URI has matched. */
export interface CompiledResource {
  readonly name: string;
  readonly mimeType: string | undefined;
  readonly timeoutMs: number;
  readonly read: (context: ReadContext) => ReadReturn | Promise<ReadReturn>;
}

/** `published` is the entry in resources/list or resources/templates/list. */
export interface ListedResource extends CompiledResource {
  readonly published: object;
}

export interface CompiledTemplate {
  readonly match: (uri: string) => CompiledResource | undefined;
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
  return {
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
    mimeType: resource.mimeType,
    timeoutMs: checkTimeout(subject, resource.timeoutMs),
  };
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
