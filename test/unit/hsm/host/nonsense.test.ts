import { expect, it } from 'vitest';
import type { CallName, RequestOf } from '../../../../src/hsm/cryptoki/calls.ts';
import type { FunctionName, Library } from '../../../../src/hsm/host/library.ts';
import type { LoadedModule } from '../../../../src/hsm/host/perform.ts';
import { NonsenseError, perform } from '../../../../src/hsm/host/perform.ts';

const HUGE = [1_001n, 300_000n, 1n << 40n, 1n << 60n, (1n << 64n) - 1n];

/** A module that writes a number where it says how many there are. */
function counting(name: FunctionName, count: (asked: number) => bigint): LoadedModule {
  let asked = 0;
  const tryCall: Library['tryCall'] = (called, ...args) => {
    const last = args.at(-1);
    if (called === name && Buffer.isBuffer(last)) last.writeBigUInt64LE(count((asked += 1)));
    return 0;
  };
  const info = { cryptokiVersion: '2.40', manufacturer: '', description: '', version: '1.0' };
  return { info, library: { tryCall, call: tryCall } };
}

const REQUESTS: readonly (readonly [
  Exclude<CallName, 'load'>,
  FunctionName,
  RequestOf<'slots'> | RequestOf<'findObjects'>,
])[] = [
  ['slots', 'C_GetSlotList', {}],
  ['findObjects', 'C_FindObjects', { session: 1n, template: {} }],
];

it.each(REQUESTS)('%s believes no count that is beyond all bounds', (name, called, request) => {
  for (const count of HUGE) {
    const module = counting(called, () => count);
    expect(() => perform(module, name, request as never)).toThrow(NonsenseError);
  }
});

it('takes no more slots than a module asked for room for', () => {
  const module = counting('C_GetSlotList', (asked) => (asked === 1 ? 1n : 2n));
  expect(() => perform(module, 'slots', {})).toThrow(NonsenseError);
});
