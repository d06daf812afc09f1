import type { Mistral } from '@mistralai/mistralai';
import { expect } from 'vitest';
import type { z } from 'zod';
import { cannedClient, unknownParts } from './canned-client.ts';

/** One call of the official SDK: the answer it gets, and the shapes that answer and request must have. */
export interface SdkCase {
  name: string;
  call: (client: Mistral) => Promise<unknown>;
  status?: number;
  answer: unknown;
  answerSchema?: z.ZodType;
  bodySchema?: z.ZodType;
  querySchema?: z.ZodType;
}

/** Our shape takes the answer unchanged, the SDK understands all of it, and our shapes take what the SDK sends. */
export async function expectAgreement(sdkCase: SdkCase): Promise<void> {
  const { call, status, answer, answerSchema, bodySchema, querySchema } = sdkCase;
  if (answerSchema) expect(answerSchema.parse(answer)).toEqual(answer);
  const { client, sent } = cannedClient(status ?? 200, answer);
  expect(unknownParts(await call(client))).toEqual([]);
  expect(sent).toHaveLength(1);
  if (bodySchema) expect(bodySchema.safeParse(sent[0]?.body).error?.issues).toBeUndefined();
  if (querySchema) expect(querySchema.safeParse(sent[0]?.query).error?.issues).toBeUndefined();
}
