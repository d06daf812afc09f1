import { quote } from '../quote.ts';

/** Which `Host` and `Origin` headers are let in: host names without port, full origins; `'*'` lets all in. */
export interface OriginCheckOptions {
  /** Loopback names unless given. */
  readonly allowedHosts?: readonly string[];
  /** Pages served from loopback names unless given. A request without `Origin` is not a page's and passes. */
  readonly allowedOrigins?: readonly string[];
}

/** @returns a sentence for the caller when the request is to be refused with 403. */
export type OriginCheck = (host: string | undefined, origin: string | undefined) => string | undefined;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Keeps web pages out. A page can reach a server on its visitor's machine by pointing a name of its own at 127.0.0.1
 * (DNS rebinding); its requests then carry that name in `Host`, and its address in `Origin`.
 * (MCP 2026-07-28, streamable-http, "Security & Endpoint".)
 */
export function createOriginCheck({ allowedHosts, allowedOrigins }: OriginCheckOptions): OriginCheck {
  const hosts = allowedHosts && new Set(allowedHosts.map(host => host.toLowerCase()));
  const origins = allowedOrigins && new Set(allowedOrigins.map(origin => origin.toLowerCase()));
  let lastPassed: string | undefined;
  const hostPasses = (host: string | undefined): boolean => {
    // Nearly all requests name the same host, and taking it apart costs more than the rest of the check.
    if (host !== undefined && host === lastPassed) return true;
    if (hosts?.has('*')) return true;
    const name = toHostName(host);
    if (name === undefined || !(hosts ?? LOOPBACK).has(name)) return false;
    lastPassed = host;
    return true;
  };
  const originPasses = (origin: string): boolean => {
    if (origins) return origins.has('*') || origins.has(origin.toLowerCase());
    return URL.canParse(origin) && LOOPBACK.has(new URL(origin).hostname);
  };
  return (host, origin) => {
    if (!hostPasses(host)) {
      return `This server does not answer to the host name ${quote(host ?? '')}. Its operator can add it to the allowed hosts.`;
    }
    if (origin !== undefined && !originPasses(origin)) {
      return `This server takes no requests from pages of ${quote(origin)}. Its operator can add it to the allowed origins.`;
    }
    return undefined;
  };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Without the port: it is the name that a rebinding page cannot choose freely. */
function toHostName(host: string | undefined): string | undefined {
  if (host === undefined || !URL.canParse(`http://${host}`)) return undefined;
  const url = new URL(`http://${host}`);
  return url.username === '' && url.pathname === '/' ? url.hostname : undefined;
}
