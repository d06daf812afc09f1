import { describe, expect, it } from 'vitest';
import { describeRate, parseRate } from './rate.ts';

describe('parseRate', () => {
  it.each([
    ['100/minute', 100, 60, '100/minute'],
    ['50/hour', 50, 3600, '50/hour'],
    ['1 per second', 1, 1, '1/second'],
    ['1000 / day', 1000, 86_400, '1000/day'],
    ['5/10 seconds', 5, 10, '5/10 seconds'],
    ['7/90 Minutes', 7, 5400, '7/90 minutes'],
  ])('reads %j', (text, amount, seconds, described) => {
    expect(parseRate(text)).toEqual({ amount, seconds });
    expect(describeRate(parseRate(text))).toBe(described);
  });

  it.each([
    '',
    '100',
    '/minute',
    '0/minute',
    '5/0 minutes',
    '-1/minute',
    '1.5/minute',
    '100/fortnight',
    '1e3/hour',
  ])('refuses %j and says how to write it', text => {
    expect(() => parseRate(text)).toThrow(expect.objectContaining({ code: 'bad_rate' }));
    expect(() => parseRate(text)).toThrow(/100\/minute/);
  });
});
