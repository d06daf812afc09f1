import type { Placed } from '../versions/server-versions.ts';
import { jsonText, type HttpAnswer } from './http-message.ts';
import { describeApi } from './openapi.ts';
import type { ServerPaths } from './paths.ts';
import type { Route } from './route.ts';

const DOCS = '/docs';
const HTML_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  // The page has no script, and no style but its own.
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
};

/** `/openapi.json`, and `/docs` for people where it is switched on. Open to everyone: they name no tool. */
export function createDocsRoutes(
  placed: readonly [Placed, ...Placed[]],
  paths: Required<ServerPaths>,
  options: { readonly docs: boolean; readonly secured: boolean },
): readonly Route[] {
  const { openapi } = paths;
  const text = JSON.stringify(describeApi(placed, paths, options.secured));
  const route = (path: string, answer: HttpAnswer): Route => ({
    path,
    endpoints: { GET: () => answer },
    open: true,
  });
  return [
    ...(openapi === false ? [] : [route(openapi, jsonText(200, text))]),
    ...(options.docs ? [route(DOCS, { status: 200, headers: HTML_HEADERS, body: toPage(text) })] : []),
  ];
}

interface Described {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly summary: string }>>>>;
}

function toPage(openapi: string): string {
  const { info, paths } = JSON.parse(openapi) as Described;
  const title = escape(`${info.title} ${info.version}`);
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { summary }]) =>
        `<tr><td><code>${method.toUpperCase()} ${escape(path)}</code></td><td>${escape(summary)}</td></tr>`,
    ),
  );
  const whole = escape(JSON.stringify(JSON.parse(openapi), null, 2));
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>`,
    '<style>body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}',
    'td{padding:.25rem 1rem .25rem 0}pre{overflow:auto;background:#f4f4f4;color:#111;padding:1rem}</style></head>',
    `<body><h1>${title}</h1><table>${rows.join('')}</table>`,
    `<h2>OpenAPI</h2><pre>${whole}</pre></body></html>`,
  ].join('\n');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
