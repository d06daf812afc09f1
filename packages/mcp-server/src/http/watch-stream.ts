import type { Guards } from '@tramontane/guards';
import type { HttpAnswer } from './http-message.ts';

/** Tells the guards of an answer that is a stream, from its first byte to its end. */
export function watchStream(answer: HttpAnswer, { opened }: Guards): HttpAnswer {
  const { body } = answer;
  if (typeof body !== 'function') return answer;
  return {
    ...answer,
    body: sink => {
      const ended = opened('stream');
      body({
        write: text => sink.write(text),
        queued: () => sink.queued(),
        end: () => {
          ended();
          sink.end();
        },
        cut: () => {
          ended();
          sink.cut();
        },
      });
    },
  };
}
