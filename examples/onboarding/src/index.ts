export { defineOnboarding } from './onboard-customer.ts';
export type { ServiceUrls } from './onboard-customer.ts';
export { openServices, SERVICES } from './services.ts';
export type { ServiceName, ServiceRequest, Services, ServicesOptions } from './services.ts';
export { startOnboarding } from './start-onboarding.ts';
export type { Onboarding, OnboardingOptions } from './start-onboarding.ts';
