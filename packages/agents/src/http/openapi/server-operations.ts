import { z } from 'zod';
import { CALLBACK_PATH, CLIENT_METADATA_PATH } from '../sign-in-routes.ts';
import type { Operation } from './operation.ts';

const tag = 'server';

/** Routes about the server itself. */
export const SERVER_OPERATIONS: readonly Operation[] = [
  {
    route: 'GET /health',
    id: 'health',
    tag,
    summary: 'Whether the process lives',
    answer: ['Health', z.strictObject({ status: z.literal('healthy'), version: z.string() })],
    open: true,
  },
  {
    route: 'GET /health/ready',
    id: 'ready',
    tag,
    summary: 'Whether the server can answer; 503 while it cannot',
    answer: ['Ready', z.strictObject({ status: z.literal('ready') })],
    open: true,
  },
  {
    route: 'GET /metrics',
    id: 'metrics',
    tag,
    summary: 'What the server counts, in the text format of Prometheus; for the operator',
    text: true,
  },
  {
    route: 'GET /openapi.json',
    id: 'openapi',
    tag,
    summary: 'This document',
    answer: ['OpenApiDocument', z.looseObject({ openapi: z.string() })],
    open: true,
  },
  {
    route: `GET ${CALLBACK_PATH}`,
    id: 'finishSignIn',
    tag,
    summary: 'Where the browser of a person who signed in to a tool server comes back to',
    page: true,
    open: true,
  },
  {
    route: `GET ${CLIENT_METADATA_PATH}`,
    id: 'clientMetadata',
    tag,
    summary: 'Who this server is, for authorization servers that take an address for a client id',
    answer: ['ClientMetadata', z.looseObject({})],
    open: true,
  },
];
