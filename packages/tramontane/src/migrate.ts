import { migrateDatabase, readConfig } from '@tramontane/agents';

/** Carries out `tramontane migrate` on the database of the settings. Returns the exit code. */
export async function runMigrate(
  environment: NodeJS.ProcessEnv,
  output: { readonly out: (text: string) => void },
): Promise<number> {
  const { location, migrated } = await migrateDatabase(readConfig(environment));
  for (const name of migrated) output.out(`migrated ${name}`);
  output.out(`The tables of ${location} are up to date.`);
  return 0;
}
