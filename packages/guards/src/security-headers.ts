export interface SecurityHeadersOptions {
  /**
   * Seconds that browsers shall use https only (`Strict-Transport-Security`); not sent unless given, as it binds the
   * whole host. A year is 31,536,000.
   */
  readonly hstsSeconds?: number;
}

/** What answers of an API say to browsers that are shown them by mistake, or on purpose: nothing here is a page. */
export function toSecurityHeaders({ hstsSeconds }: SecurityHeadersOptions = {}): Readonly<
  Record<string, string>
> {
  return {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    ...(hstsSeconds !== undefined && {
      'strict-transport-security': `max-age=${hstsSeconds}; includeSubDomains`,
    }),
  };
}
