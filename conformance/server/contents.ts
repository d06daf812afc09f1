/** A red pixel. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
/** A WAV file without samples. */
export const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=';
export const NOTHING = { type: 'object', properties: {}, additionalProperties: false } as const;

/** The kit wants to see notifications apart from one another. */
export const pause = (signal: AbortSignal): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, 50);
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    reject(new DOMException('Stopped.', 'AbortError'));
  });
  return promise;
};
