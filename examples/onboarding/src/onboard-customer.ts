import { defineSaga, StepRefusal, type Saga, type StepContext } from '@tramontane/mcp-server/saga';
import * as z from 'zod';
import type { ServiceName } from './services.ts';

export type ServiceUrls = Readonly<Record<ServiceName, string>>;

/** A new customer in four systems, or in none. */
export function defineOnboarding(urls: ServiceUrls, options: { backoffMs?: number } = {}): Saga {
  const at = (service: ServiceName) => ({
    make: (body: object, context: StepContext) => make(urls[service], body, context),
    // The services take back by key, so it does not matter whether an answer was ever read.
    compensate: (_given: unknown, context: StepContext) => takeBack(urls[service], context),
  });
  const limits = { retries: 3, timeoutMs: 10_000, ...options };
  const [crm, billing, email, tickets] = [at('crm'), at('billing'), at('email'), at('tickets')];

  return defineSaga({
    name: 'onboard_customer',
    description:
      'Onboards a new customer: makes the customer record, a billing account, a welcome e-mail and a ticket for the first call. All of it is done, or nothing.',
    input: z.object({
      name: z.string().min(1).describe('Name of the customer.'),
      email: z.email().describe('Where the welcome e-mail goes.'),
      plan: z.enum(['starter', 'business']).default('starter').describe('What is billed.'),
    }),
    output: z.object({
      customer_id: z.string(),
      billing_id: z.string(),
      welcome_email_sent: z.boolean(),
      onboarding_ticket: z.string(),
    }),
  })
    .step('customer', {
      ...limits,
      run: ({ input }, context) => crm.make({ name: input.name, email: input.email }, context),
      compensate: crm.compensate,
    })
    .step('billing', {
      ...limits,
      run: ({ input, done }, context) =>
        billing.make({ customer: done.customer['customer_id'], plan: input.plan }, context),
      compensate: billing.compensate,
    })
    .step('welcome', {
      ...limits,
      run: ({ input }, context) => email.make({ to: input.email, template: 'welcome' }, context),
      compensate: email.compensate,
    })
    .step('ticket', {
      ...limits,
      run: ({ done }, context) => tickets.make({ customer: done.customer['customer_id'] }, context),
      compensate: tickets.compensate,
    })
    .returns(({ done }) => ({
      customer_id: done.customer['customer_id'] ?? '',
      billing_id: done.billing['account_id'] ?? '',
      welcome_email_sent: done.welcome['message_id'] !== undefined,
      onboarding_ticket: done.ticket['ticket_id'] ?? '',
    }));
}

async function make(
  url: string,
  body: object,
  { key, signal }: StepContext,
): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal });
  // The service looked at it and said no; anything else leaves open what happened.
  if (response.status === 422) throw new StepRefusal(((await response.json()) as { error: string }).error);
  if (!response.ok) throw new Error(`The service answered ${response.status}.`);
  return (await response.json()) as Record<string, string>;
}

async function takeBack(url: string, { key, signal }: StepContext): Promise<void> {
  const response = await fetch(`${url}/${encodeURIComponent(key)}`, { method: 'DELETE', signal });
  if (!response.ok) throw new Error(`The service answered ${response.status}.`);
}
