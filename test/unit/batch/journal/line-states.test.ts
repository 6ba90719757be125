import { describe, expect, it } from 'vitest';
import { LineStates } from '../../../../src/batch/journal/line-states.ts';

const failed = (Line: number, Code: string): Parameters<LineStates['apply']>[0] => ({
  ...{ Event: 'failed', Line, Name: `n${Line}`, Code, Message: 'm' },
});
const done = (Line: number): Parameters<LineStates['apply']>[0] => ({
  ...{ Event: 'done', Line, Name: `n${Line}`, Result: {} },
});

describe('the states of lines', () => {
  it('count those that failed and are not done since, by the last code of each', () => {
    const states = new LineStates();
    for (const event of [failed(1, 'a'), failed(2, 'a'), failed(3, 'b'), failed(9000, 'b')])
      states.apply(event);
    expect([...states.failures()]).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
    for (const event of [failed(2, 'b'), done(1), { Event: 'intent', Line: 3 } as const])
      states.apply(event);
    expect([...states.failures()]).toEqual([['b', 2]]);
    expect(states.done).toBe(1);
    expect(states.openIntents()).toEqual([3]);
  });

  it('count more codes than fit as one', () => {
    const states = new LineStates();
    for (let line = 1; line <= 400; line += 1) states.apply(failed(line, `code${line}`));
    const failures = states.failures();
    expect(failures.size).toBe(250);
    expect(failures.get('other')).toBe(151);
    for (let line = 1; line <= 400; line += 1) states.apply(done(line));
    expect(states.failures().size).toBe(0);
  });
});
