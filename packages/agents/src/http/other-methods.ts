import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Guards } from '@tramontane/guards';
import { toErrorBody } from '@tramontane/wire';
import { answerOptions } from './browsers.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** No endpoint of the API: says which methods an address takes. */
    otherMethod?: true;
  }
}

/** Which methods each address takes. */
interface KnownMethods {
  readonly note: (route: RouteOptions) => void;
  /** After all routes: OPTIONS is answered at every address, and 405 with `Allow` to methods that it does not take. */
  readonly answerOthers: (app: FastifyInstance, guards: Pick<Guards, 'cors'>) => void;
}

export function collectMethods(): KnownMethods {
  // Names of what stands in a path may differ between methods; it is the same address.
  const known = new Map<string, { readonly url: string; readonly methods: Set<string> }>();
  return {
    note: ({ method, url }) => {
      const shape = url.replaceAll(/:\w+/g, ':').replace(/(.)\/$/, '$1');
      const found = known.get(shape) ?? { url, methods: new Set() };
      known.set(shape, found);
      for (const each of [method].flat()) found.methods.add(each);
    },
    answerOthers: (app, guards) => {
      for (const { url, methods } of known.values()) {
        const allow = [...methods, 'OPTIONS'].join(', ');
        const config = { otherMethod: true } as const;
        app.options(url, { config }, async (request, reply) => answerOptions(request, reply, allow, guards));
        app.route({
          method: app.supportedMethods.filter(method => method !== 'OPTIONS' && !methods.has(method)),
          url,
          config,
          // Before a body is read: it is no one's.
          onRequest: async (request, reply) => {
            const path = request.url.split('?', 1)[0];
            const message = `${path} does not take ${request.method}. It takes ${allow}.`;
            return reply
              .code(405)
              .header('allow', allow)
              .send(toErrorBody({ status: 405, type: 'method_not_allowed', message }));
          },
          handler: async () => undefined,
        });
      }
    },
  };
}
