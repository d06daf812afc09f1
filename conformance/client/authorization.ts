import type { Egress } from '@tramontane/egress';
import {
  type MachineClient,
  type Obtain,
  type RegisteredClient,
  type ServerAuth,
  createAuthorizer,
  createMemoryPlace,
  createMemoryRegistrations,
  obtainForMachine,
  obtainFromPerson,
} from '@tramontane/mcp-client';
import { z } from 'zod';

/** The client id of the kit's own scenario for client id metadata documents; nothing answers there. */
const METADATA_DOCUMENT = 'https://conformance-test.local/client-metadata.json';
const REDIRECT_URI = 'http://localhost:3000/callback';

/** How the client signs in to the kit's server in a scenario, with what the kit gave for it. */
export function authFor(scenario: string | undefined, context: unknown, egress: Egress): ServerAuth {
  if (scenario?.startsWith('auth/') !== true) return { type: 'none' };
  const obtain = obtainFor(scenario, context, egress);
  return { type: 'oauth', authorizer: createAuthorizer({ egress, place: createMemoryPlace(), obtain }) };
}

const clientSchema = z.object({ client_id: z.string() });
const secretSchema = clientSchema.extend({ client_secret: z.string() });

function obtainFor(scenario: string, context: unknown, egress: Egress): Obtain {
  const asMachine = (client: MachineClient): Obtain => obtainForMachine(client, Date.now);
  switch (scenario) {
    case 'auth/client-credentials-basic': {
      const { client_id: clientId, client_secret: clientSecret } = secretSchema.parse(context);
      return asMachine({ clientId, clientSecret, grant: { type: 'client_credentials' } });
    }
    case 'auth/client-credentials-jwt': {
      const given = clientSchema
        .extend({ private_key_pem: z.string(), signing_algorithm: z.string() })
        .parse(context);
      const { client_id: clientId, private_key_pem: key, signing_algorithm: algorithm } = given;
      const privateKey = { method: 'private_key_jwt', key, algorithm } as const;
      return asMachine({ clientId, privateKey, grant: { type: 'client_credentials' } });
    }
    case 'auth/wif-jwt-bearer': {
      const { client_id: clientId, valid_jwt: jwt } = clientSchema
        .extend({ valid_jwt: z.string() })
        .parse(context);
      return asMachine({ clientId, grant: { type: 'jwt_bearer', assertion: async () => jwt } });
    }
    case 'auth/enterprise-managed-authorization': {
      const given = secretSchema
        .extend({ idp_client_id: z.string(), idp_id_token: z.string(), idp_token_endpoint: z.url() })
        .parse(context);
      const identity = {
        tokenUrl: new URL(given.idp_token_endpoint),
        clientId: given.idp_client_id,
        subjectToken: async () => given.idp_id_token,
        subjectTokenType: 'id_token' as const,
      };
      const { client_id: clientId, client_secret: clientSecret } = given;
      return asMachine({ clientId, clientSecret, grant: { type: 'enterprise', identity } });
    }
    case 'auth/pre-registration': {
      const given = secretSchema.extend({ issuer: z.string() }).parse(context);
      const { client_id: clientId, client_secret: clientSecret, issuer } = given;
      return asPerson(egress, { clientId, clientSecret, issuer });
    }
    default:
      return asPerson(egress, undefined);
  }
}

/** A person who agrees to everything; the kit's authorization servers redirect at once. */
function asPerson(egress: Egress, registered: RegisteredClient | undefined): Obtain {
  return obtainFromPerson({
    client: {
      name: 'Tramontane conformance',
      redirectUri: REDIRECT_URI,
      metadataDocument: METADATA_DOCUMENT,
      ...(registered && { registered }),
    },
    registrations: createMemoryRegistrations(),
    async ask(url, signal) {
      const response = await egress.fetch(url, { redirect: 'manual', signal });
      await response.body?.cancel();
      const location = response.headers.get('location');
      if (location === null) throw new Error(`${url.origin} did not redirect (HTTP ${response.status}).`);
      return new URL(location, url).searchParams;
    },
    now: Date.now,
  });
}
