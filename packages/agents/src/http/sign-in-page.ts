import { createHash } from 'node:crypto';
import type { SignInOutcome } from '../core/connector-sign-in.ts';

const STYLE = `:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.5rem}
h1{font-size:1.4rem;font-weight:600}`;

/** Nothing is loaded, nothing runs, nobody frames it; the one style is named by its hash. */
export const PAGE_POLICY =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What a person sees who came back from signing in, where no page of an app takes them on. */
export function renderSignInPage(outcome: SignInOutcome): string {
  const [title, text] =
    outcome.kind === 'done'
      ? ['You are signed in', `${outcome.connector} can be used now. You may close this page.`]
      : ['Signing in did not work', outcome.message];
  const { returnUrl } = outcome;
  const back =
    returnUrl === undefined
      ? ''
      : `<p><a href="${escapeHtml(returnUrl)}">Back to ${escapeHtml(new URL(returnUrl).host)}</a></p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
<p>${escapeHtml(text ?? '')}</p>
${back}
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, character => entities[character] ?? character);
}
