/** What bounds the reading of one answer's body. */
export interface BodyBounds {
  readonly maxBytes: number;
  tooLarge(): Error;
  /** Turn a failure of the connection into the error the reader should see. */
  toReadError(cause: unknown): unknown;
  /** Called once, when nothing more will be read. */
  settled(): void;
}

/**
 * The same bytes, counted while they pass. Bytes are counted after decompression, because a small compressed
 * body can unfold to any size.
 */
export function boundBody(body: ReadableStream<Uint8Array>, bounds: BodyBounds): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let seen = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let chunk: Awaited<ReturnType<typeof reader.read>>;
      try {
        chunk = await reader.read();
      } catch (cause) {
        bounds.settled();
        throw bounds.toReadError(cause);
      }
      if (chunk.done) {
        bounds.settled();
        controller.close();
        return;
      }
      seen += chunk.value.byteLength;
      if (seen > bounds.maxBytes) {
        const error = bounds.tooLarge();
        bounds.settled();
        // Without the cancel the connection would go on filling buffers that nobody reads.
        await reader.cancel(error).catch(() => undefined);
        throw error;
      }
      if (chunk.value.byteLength > 0) controller.enqueue(chunk.value);
    },
    async cancel(reason) {
      bounds.settled();
      await reader.cancel(reason);
    },
  });
}
