import { Client } from '@modelcontextprotocol/client';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect, test } from 'vitest';
import { openTestDatabase } from '@tramontane/testkit/database';
import { openServices, SERVICES, type ServiceName } from './services.ts';
import { startOnboarding } from './start-onboarding.ts';

const ANN = { name: 'Ann', email: 'ann@example.com' };

async function connect(url: string): Promise<Client> {
  const client = new Client({ name: 'story', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  return client;
}

test('a customer is onboarded in four systems, and taken back from all when one of them refuses', async () => {
  let refusing: ServiceName | undefined;
  await using database = await openTestDatabase();
  await using services = await openServices({ refuses: ({ service }) => service === refusing });
  await using onboarding = await startOnboarding({
    services: services.urls,
    databaseUrl: database.url,
    port: 0,
  });
  const client = await connect(onboarding.url);
  const steps: string[] = [];
  const onboard = (): ReturnType<Client['callTool']> =>
    client.callTool(
      { name: 'onboard_customer', arguments: ANN },
      { onprogress: ({ message }) => steps.push(message ?? '') },
    );
  const counts = (): number[] => SERVICES.map(service => services.keys(service).length);

  expect((await onboard()).structuredContent).toEqual({
    customer_id: 'crm-1',
    billing_id: 'billing-1',
    welcome_email_sent: true,
    onboarding_ticket: 'tickets-1',
  });
  expect(steps.at(-1)).toBe('ticket');
  expect(counts()).toEqual([1, 1, 1, 1]);

  refusing = 'email';
  const refused = await onboard();
  expect(refused.isError).toBe(true);
  expect(JSON.stringify(refused.content)).toContain(
    'welcome: email takes no new ones today. Taken back: billing, customer.',
  );
  expect(counts()).toEqual([1, 1, 1, 1]);
  await client.close();
});
