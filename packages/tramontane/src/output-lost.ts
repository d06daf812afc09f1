/** Codes of a stream whose other end is gone: a closed pipe, a closed terminal. */
const GONE = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'];

/**
 * Keeps writing to nobody from being an error that ends the process on the spot, with its database left behind.
 * `onLost` is called at the first sign that nobody reads any more; a disk that is full below a file is no such sign.
 */
export function watchOutput(streams: readonly NodeJS.WritableStream[], onLost: () => void): void {
  for (const stream of streams)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (GONE.includes(error.code ?? '')) onLost();
    });
}
