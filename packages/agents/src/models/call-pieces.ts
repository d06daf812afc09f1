import type { ContentDelta, ModelAnswer } from '@tramontane/engine';

interface BegunCall {
  readonly number: number;
  readonly name: string;
  /** Said before the call is passed on in pieces. */
  held: string;
  passedOn: boolean;
  whole?: { readonly name: string; readonly arguments: string };
}

/** The calls of one answer, by the vendor's ids, in the order in which they were begun: a later one may be whole first. */
export interface CallPieces {
  begin(id: string, name: string): void;
  hear(id: string, text: string): void;
  complete(id: string, name: string, args: string): void;
  /** Those that became whole. */
  calls(): ModelAnswer['calls'];
}

/**
 * Passes calls on piece by piece, where a vendor sends them so. Many send the arguments in one piece: that one is held until
 * a second one comes, so that of such calls nothing is told before they are whole. With the second piece all that
 * was begun before is passed on too: whoever hears a call has heard of those before it.
 */
export function createCallPieces(
  nextNumber: () => number,
  onDelta: (delta: ContentDelta) => void,
): CallPieces {
  const begun: BegunCall[] = [];
  const latest = new Map<string, BegunCall>();

  const begin = (id: string, name: string): BegunCall => {
    const known = latest.get(id);
    // Some servers give every call of an answer the same id: what comes after a whole one is another call.
    if (known && !known.whole) return known;
    const call = { number: nextNumber(), name, held: '', passedOn: false };
    begun.push(call);
    latest.set(id, call);
    return call;
  };
  const passOn = ({ number, name }: BegunCall, text: string) =>
    onDelta({ kind: 'call', call: number, name, text });

  return {
    begin,
    hear(id, text) {
      const call = latest.get(id);
      if (!call || text === '') return;
      if (!call.passedOn && call.held === '') {
        call.held = text;
        return;
      }
      for (const other of begun) {
        if (!other.passedOn) passOn(other, other.held);
        other.passedOn = true;
        if (other === call) break;
      }
      passOn(call, text);
    },
    complete(id, name, args) {
      begin(id, name).whole = { name, arguments: args };
    },
    calls: () =>
      begun.flatMap(({ number, passedOn, whole }) =>
        whole ? { ...whole, ...(passedOn && { call: number }) } : [],
      ),
  };
}
