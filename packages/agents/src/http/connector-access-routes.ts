import type { FastifyInstance } from 'fastify';
import {
  activateConnectorSchema,
  credentialScopeSchema,
  credentialsInputSchema,
  credentialsNameSchema,
  listCredentialsQuerySchema,
  type CredentialsList,
  type MessageResponse,
  type PublicAuthMethod,
} from '@tramontane/wire';
import { z } from 'zod';
import type { ConnectorActivation } from '../core/connector-activation.ts';
import type { ConnectorSharing } from '../core/connector-sharing.ts';
import type { ConnectorAccessUses } from '../core/connector-uses.ts';
import { callerOf } from './caller.ts';
import { read } from './errors.ts';
import { tellFacts } from './request-facts.ts';
import { presetsOf, toAuthMethod, toWireCredential } from './to-wire-connector.ts';

type ConnectorPath = { Params: { id: string } };

/** Who may use a connector, and how they sign in to it (API reference, connectors). */
export function addConnectorAccessRoutes(app: FastifyInstance, ports: ConnectorAccessUses): void {
  addCredentialRoutes(app, ports);
  addSharingRoutes(app, ports.sharing);
  addActivationRoutes(app, ports.activation);

  app.get<ConnectorPath>('/v1/connectors/:id/authentication_methods', async request => {
    const { connector } = await ports.connectors.get(callerOf(request), request.params.id);
    const own = ports.vault.accessOf(connector);
    const methods: PublicAuthMethod[] = connector.config.authMethods.map(method => toAuthMethod(method, own));
    return methods;
  });
}

function addCredentialRoutes(
  app: FastifyInstance,
  { credentials, vault }: Pick<ConnectorAccessUses, 'credentials' | 'vault'>,
): void {
  // One route each: an address with another word in the level's place is no address.
  for (const level of credentialScopeSchema.options) {
    const url = `/v1/connectors/:id/${level}/credentials`;
    app.get<ConnectorPath>(url, async request => {
      const query = read(listCredentialsQuerySchema, request.query, 'query');
      const found = await credentials.list(callerOf(request), request.params.id, level, {
        ...(query.auth_type !== undefined && { type: query.auth_type }),
        defaultsOnly: query.fetch_default,
      });
      const list: CredentialsList = {
        credentials: found.credentials.map(toWireCredential),
        connector_preset_credentials_for_auth: presetsOf(found.connector, vault.accessOf(found.connector)),
      };
      return list;
    });

    // SDKs disagree on which of the two makes credentials and which changes them: both do both.
    app.route<ConnectorPath>({
      method: ['POST', 'PATCH'],
      url,
      handler: async request => {
        const given = read(credentialsInputSchema, request.body, 'body');
        const saved = await credentials.save(callerOf(request), request.params.id, level, given);
        tellFacts(request, { credentialsName: saved.name });
        return told(`Credentials ${saved.name} stored${saved.isDefault ? ' as the default' : ''}.`);
      },
    });

    app.delete<{ Params: { id: string; name: string } }>(`${url}/:name`, async request => {
      const { id } = request.params;
      const name = read(
        z.object({ credentials_name: credentialsNameSchema }),
        { credentials_name: request.params.name },
        'path',
      );
      await credentials.remove(callerOf(request), id, level, name.credentials_name);
      return told('Credentials deleted.');
    });
  }

  app.delete<ConnectorPath>('/v1/connectors/:id/user/credentials', async request => {
    const count = await credentials.removeAll(callerOf(request), request.params.id);
    return told(`${count} credentials deleted.`);
  });
}

function addSharingRoutes(app: FastifyInstance, sharing: ConnectorSharing): void {
  for (const [url, audience] of [
    ['/v1/connectors/:id/share', 'workspace'],
    ['/v1/connectors/:id/organization/share', 'organization'],
  ] as const) {
    app.put<ConnectorPath>(url, async request => {
      const { name } = await sharing.share(callerOf(request), request.params.id, audience);
      return told(`Connector ${name} is shared with the ${audience}.`);
    });
    app.delete<ConnectorPath>(url, async request => {
      const { name } = await sharing.unshare(callerOf(request), request.params.id, audience);
      return told(`Connector ${name} is private.`);
    });
  }
}

function addActivationRoutes(app: FastifyInstance, activation: ConnectorActivation): void {
  for (const level of credentialScopeSchema.options) {
    app.post<ConnectorPath>(`/v1/connectors/:id/${level}/activate`, async request => {
      const rules = request.body == null ? undefined : read(activateConnectorSchema, request.body, 'body');
      const { name } = await activation.activate(callerOf(request), request.params.id, level, rules);
      return told(`Connector ${name} is active.`);
    });
    app.post<ConnectorPath>(`/v1/connectors/:id/${level}/deactivate`, async request => {
      const { name } = await activation.deactivate(callerOf(request), request.params.id, level);
      return told(`Connector ${name} is inactive.`);
    });
  }
}

function told(message: string): MessageResponse {
  return { message };
}
