export { openBilling } from './open-billing.ts';
export { openCrm } from './open-crm.ts';
export type { HttpService, ServiceRequest } from './open-server.ts';
export { startGateway } from './start-gateway.ts';
export type { Gateway, GatewayOptions } from './start-gateway.ts';
