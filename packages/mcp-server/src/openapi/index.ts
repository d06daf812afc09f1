export { openApiGateway } from './open-api-gateway.ts';
export type { ApiGateway, ApiGatewayOptions, LeftOut } from './open-api-gateway.ts';
export type { ApiAuth } from './api-auth.ts';
export type { ApiCall } from './api-call.ts';
export type { ApiBody, ApiOperation, ApiParameter, Method } from './api-operation.ts';
export type { Pagination } from './read-pages.ts';
export type { Shaping } from './shape-response.ts';
export type { CallSettings } from './to-tool.ts';
