import type { Write } from './line-writer.ts';

/** Stdout for protocol messages only. */
export interface CleanStdout {
  /** The real one. */
  readonly write: Write;
  restore(): void;
}

/**
 * One `console.log` in a handler, or in a library it uses, would break the stream of messages for the client: until
 * `restore`, what anyone writes to stdout comes out on stderr.
 */
export function keepStdoutClean(): CleanStdout {
  const { stdout, stderr } = process;
  const own = Object.getOwnPropertyDescriptor(stdout, 'write');
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  return {
    write: (text, done) => write(text, 'utf8', done),
    restore: () => {
      if (own) Object.defineProperty(stdout, 'write', own);
      else Reflect.deleteProperty(stdout, 'write');
    },
  };
}
