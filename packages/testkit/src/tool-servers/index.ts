export {
  BROKEN_AT_CALL,
  BROKEN_EVERYWHERE,
  BROKEN_LISTS,
  type BrokenDialect,
  type BrokenKind,
  type BrokenServer,
  openBrokenServer,
} from './broken-server.ts';
export { type HttpListener, openHttpListener, readText, sendJson } from './http-listener.ts';
export { type RestServerOptions, openRestServer } from './rest-server.ts';
export { type SdkV1Server, openSdkV1Server } from './sdk-v1-server.ts';
export { type SdkV2ServerOptions, openSdkV2Server } from './sdk-v2-server.ts';
export type { PlainTool, SeenCall, ToolServer, ToolServerOptions } from './tool-server.ts';
