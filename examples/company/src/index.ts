export { CompanyError, type CompanyErrorCode } from './company-error.ts';
export type { DatabaseSource } from './open-databases.ts';
export { parseSettings, type CompanySettings } from './settings.ts';
export { startCompany, type Company } from './start-company.ts';
