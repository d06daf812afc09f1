import { type JWK, importJWK, jwtVerify } from 'jose';

/** The client that a signed assertion shows (RFC 7523 section 3), or undefined where it shows none. */
export async function readClientAssertion(
  form: URLSearchParams,
  keys: Readonly<Record<string, JWK>>,
  audience: readonly string[],
  seen: Set<string>,
): Promise<string | undefined> {
  const assertion = form.get('client_assertion');
  const clientId = form.get('client_id') ?? '';
  const key = keys[clientId];
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  if (!assertion || !key || form.get('client_assertion_type') !== type) return undefined;
  try {
    const expected = { issuer: clientId, subject: clientId, audience: [...audience] };
    const { payload } = await jwtVerify(assertion, await importJWK(key), expected);
    if (payload.jti === undefined || payload.exp === undefined || seen.has(payload.jti)) return undefined;
    seen.add(payload.jti);
    return clientId;
  } catch {
    return undefined;
  }
}

/** Who the assertion of a jwt-bearer grant is about (RFC 7523 section 2.1), or undefined where it does not count. */
export async function readGrantAssertion(
  assertion: string,
  key: JWK,
  expected: { readonly audience: string; readonly clientId: string; readonly typ?: string },
): Promise<{ subject: string; resource?: string; scope?: string } | undefined> {
  try {
    const { audience, clientId, typ } = expected;
    const { payload } = await jwtVerify(assertion, await importJWK(key), {
      audience,
      ...(typ !== undefined && { typ }),
    });
    if (typ !== undefined && payload['client_id'] !== clientId) return undefined;
    const { sub, resource, scope } = payload;
    if (sub === undefined) return undefined;
    return {
      subject: sub,
      ...(typeof resource === 'string' && { resource }),
      ...(typeof scope === 'string' && { scope }),
    };
  } catch {
    return undefined;
  }
}
