export { type AllowRule, parseAllowList } from './allow-rules.ts';
export type { Resolve } from './checked-addresses.ts';
export { type Egress, type EgressInit, type EgressOptions, openEgress } from './egress.ts';
export type { GuardedWebSocket, WebSocketInit } from './web-socket.ts';
export { EgressError, type EgressErrorCode, type EgressErrorData } from './egress-error.ts';
