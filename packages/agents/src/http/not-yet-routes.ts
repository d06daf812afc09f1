import type { FastifyInstance, HTTPMethods } from 'fastify';
import { ApiError } from '../core/api-error.ts';

/** Parts of the API that this server does not have yet. They are refused by name: a 404 would look like a wrong address. */
const NOT_YET: readonly (readonly [methods: HTTPMethods[], url: string, what: string])[] = [
  [['GET'], '/v1/connectors/:id/authentication_methods', 'Listing the ways to sign in to a connector'],
  [
    ['GET', 'POST', 'PATCH', 'DELETE'],
    '/v1/connectors/:id/:scope/credentials',
    'Storing credentials of connectors',
  ],
  [['DELETE'], '/v1/connectors/:id/:scope/credentials/:name', 'Storing credentials of connectors'],
  [['POST'], '/v1/connectors/:id/:scope/activate', 'Switching connectors on and off'],
  [['POST'], '/v1/connectors/:id/:scope/deactivate', 'Switching connectors on and off'],
  [['PUT', 'DELETE'], '/v1/connectors/:id/share', 'Sharing connectors'],
  [['PUT', 'DELETE'], '/v1/connectors/:id/organization/share', 'Sharing connectors'],
];

export function addNotYetRoutes(app: FastifyInstance): void {
  for (const [method, url, what] of NOT_YET) {
    app.route({
      method,
      url,
      handler: async () => {
        throw new ApiError('not_supported', `${what} is not supported yet.`);
      },
    });
  }
}
