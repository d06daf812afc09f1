import type { z } from 'zod';

/** A shape and its name among the document's components. */
export type Named = readonly [name: string, schema: z.ZodType];

/** One route of the API as its document shows it. */
export interface Operation {
  /** As in `GET /v1/agents/{agent_id}`. */
  readonly route: string;
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly query?: z.ZodType;
  /** Takes `Idempotency-Key`. */
  readonly once?: true;
  readonly body?: Named;
  /** The body may be left out. */
  readonly bodyOptional?: boolean;
  /** Status of success. Default 200. */
  readonly status?: number;
  /** Without one the answer has no body. */
  readonly answer?: Named | { readonly listOf: Named };
  /** What one event of a streamed answer holds, where the request can ask for a stream. */
  readonly events?: Named;
  /** The answer is a page for a person. */
  readonly page?: true;
  /** The answer is text. */
  readonly text?: true;
  /** Answered without an API key. */
  readonly open?: true;
  /** Known, and refused with 400: why. */
  readonly refused?: string;
}
