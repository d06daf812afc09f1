export { mountWebSocket } from './mount-websocket.ts';
export type { WebSocketMount, WebSocketOptions } from './mount-websocket.ts';
