import { expect, test } from 'vitest';
import { type LinkEvent, type LinkState, nextState } from './states.ts';

const after = (...events: LinkEvent[]): LinkState => events.reduce(nextState, 'idle' as LinkState);

test.each<[LinkState, LinkEvent[]]>([
  ['connecting', ['try']],
  ['ready', ['try', 'opened']],
  ['waiting', ['try', 'failed']],
  ['waiting', ['try', 'opened', 'lost']],
  ['ready', ['try', 'opened', 'lost', 'try', 'opened']],
  ['refused', ['try', 'denied']],
  ['connecting', ['try', 'denied', 'try']],
  ['idle', ['try', 'left']],
  ['idle', ['try', 'opened', 'rest']],
  ['idle', ['try', 'failed', 'rest']],
  ['closed', ['try', 'opened', 'close']],
])('%s after %j', (state, events) => {
  expect(after(...events)).toBe(state);
});

test('nothing follows on closed, and what does not fit changes nothing', () => {
  expect(after('close', 'try', 'opened', 'failed', 'lost')).toBe('closed');
  expect(after('opened')).toBe('idle');
  expect(after('try', 'lost')).toBe('connecting');
});
