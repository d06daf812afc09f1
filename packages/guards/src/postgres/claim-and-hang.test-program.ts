// Begins a call under a key and is killed in the middle of it.
import { createOnce } from '../once/create-once.ts';
import { createCall, quiet } from '../call.fixture.ts';
import { openPostgresOnceStore } from './open-postgres-once-store.ts';

const store = await openPostgresOnceStore({ connectionString: process.argv[2] ?? '', log: quiet });
await createOnce({ store, log: quiet }).call?.(createCall(), () => {
  process.stdout.write('running\n');
  return new Promise(() => setTimeout(() => {}, 60_000));
});
