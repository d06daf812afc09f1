/**
 * The same body, with its failures reported and its events bounded. The SDK turns a failure inside an event
 * stream into a line of text, and buffers an event for as long as no blank line ends it.
 */
export function watchBody(
  body: ReadableStream<Uint8Array>,
  watch: { maxEventBytes: number; onFailure: (error: unknown) => void; tooLarge: () => Error },
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let sinceBlankLine = 0;
  let previousByte = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        // Only streams that never end need it, and going through each byte of a large answer takes its time.
        if (watch.maxEventBytes !== Infinity) {
          for (const byte of value) {
            sinceBlankLine += 1;
            // \n\n, and \r\n\r\n with its \r skipped below.
            if (byte === NEWLINE && previousByte === NEWLINE) sinceBlankLine = 0;
            if (byte !== CARRIAGE_RETURN) previousByte = byte;
          }
          if (sinceBlankLine > watch.maxEventBytes) throw watch.tooLarge();
        }
        controller.enqueue(value);
      } catch (error) {
        watch.onFailure(error);
        await reader.cancel(error).catch(() => undefined);
        throw error;
      }
    },
    cancel: reason => reader.cancel(reason),
  });
}

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
