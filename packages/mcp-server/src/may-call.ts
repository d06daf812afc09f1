import { missingScopes, type Caller } from '@tramontane/guards';
import type { CompiledTool } from './definition/compile-tool.ts';
import { failed, type Failed } from './failure.ts';
import type { RequestMeta } from './request-meta.ts';

/** Which of the tool's scopes whoever asks has not. On stdio and the like nobody authenticates, and everything is allowed. */
export function lacksScopes({ scopes }: CompiledTool, { auth, visit }: RequestMeta): boolean {
  if (scopes.length === 0) return false;
  if (auth === undefined && (visit === undefined || visit.local)) return false;
  return missingScopes(auth, scopes).length > 0;
}

export function refuseScopes({ name, scopes }: CompiledTool): Failed {
  const listed = scopes.map(scope => `"${scope}"`).join(' and ');
  return {
    kind: 'failed',
    failure: 'insufficient_scope',
    message: `Tool "${name}" needs the scope ${listed}, which this caller's token does not have.`,
    scopes,
  };
}

/** What a tool's `allow` says of this call; `args` are checked. */
export function refuseArguments(
  { name, allow }: CompiledTool,
  args: unknown,
  caller: Caller | undefined,
): Failed | undefined {
  const verdict = allow === undefined ? true : allow(args, caller);
  if (verdict === true) return undefined;
  const why = verdict === false ? 'The caller may not call it with these arguments.' : verdict;
  return failed('permission_denied', `Permission denied for tool "${name}": ${why}`);
}
