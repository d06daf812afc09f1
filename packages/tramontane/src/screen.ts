import { styleText } from 'node:util';

/** Where the start is told to a person: lines on a stream, in colour only where a terminal shows them. */
export interface Screen {
  /** True when the stream is a terminal: only there a generated key may be shown. */
  readonly terminal: boolean;
  line(text?: string): void;
  /** A labelled row: the label dimmed, the text after it, further lines of the text below its start. */
  row(label: string, text: string): void;
  /** Something that is being done or has been done while starting. */
  step(text: string): void;
  title(text: string): void;
  problem(text: string): void;
}

const LABEL_WIDTH = 10;

/** The stream decides about colours: a terminal that allows them, and never with NO_COLOR. */
export function createScreen(stream: NodeJS.WritableStream & { readonly isTTY?: boolean }): Screen {
  const style = (format: 'bold' | 'dim' | 'red', text: string): string =>
    styleText(format, text, { stream, validateStream: true });
  const line = (text = ''): void => void stream.write(`${text}\n`);
  return {
    terminal: stream.isTTY === true,
    line,
    row(label, text) {
      const indent = ' '.repeat(2 + LABEL_WIDTH);
      line(`  ${style('dim', label.padEnd(LABEL_WIDTH))}${text.split('\n').join(`\n${indent}`)}`);
    },
    step: text => line(`  ${style('dim', '·')} ${text}`),
    title: text => line(`\n${style('bold', text)}`),
    problem: text => line(style('red', text)),
  };
}

/** Columns left for the text of a row on a screen of 80. */
export const ROW_WIDTH = 80 - 2 - LABEL_WIDTH;

/** Milliseconds for people: `12 ms`, `1.4 s`. */
export function toTime(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
