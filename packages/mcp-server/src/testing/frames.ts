import type { Json } from './test-client-types.ts';

/** The versions a test client speaks: the newest of each generation. */
export type TestEra = '2026-07-28' | '2025-11-25';

/** What a generation puts around the parameters of a request. */
export interface Frames {
  readonly toParams: (params: Json, meta: Json | undefined) => Json;
  /** What the opening request says, where there is one. */
  readonly initialize?: Json;
}

const clientInfo = { name: 'tramontane-test-client', version: '1' };

export function createFrames(era: TestEra, capabilities: Json): Frames {
  if (era === '2025-11-25') {
    return {
      toParams: (params, meta) => (meta ? { ...params, _meta: meta } : params),
      initialize: { protocolVersion: era, capabilities, clientInfo },
    };
  }
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': era,
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    'io.modelcontextprotocol/clientInfo': clientInfo,
  };
  return { toParams: (params, meta) => ({ ...params, _meta: { ...envelope, ...meta } }) };
}
