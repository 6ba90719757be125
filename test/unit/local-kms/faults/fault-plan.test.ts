import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InjectedFault } from '../../../../src/local-kms/faults/fault.ts';
import { FaultPlan, mulberry32 } from '../../../../src/local-kms/faults/fault-plan.ts';
import { isFaultMistake, parseFaults } from '../../../../src/local-kms/faults/parse-fault.ts';

const ACCOUNT = '1234567890123456';
const NOW = new Date('2026-11-30T12:00:00Z');

function faults(...specs: string[]): readonly InjectedFault[] {
  const result = parseFaults(specs, true);
  if (isFaultMistake(result)) throw new Error(result.mistake);
  return result;
}

/** The kinds of the faults that strike each of these calls. */
function strikes(plan: FaultPlan, ...actions: string[]): string[] {
  return actions.map((action) => plan.nextCall(action, ACCOUNT, NOW).name);
}

function times(count: number, action = 'Decrypt'): string[] {
  return Array.from({ length: count }, () => action);
}

describe('a plan of faults', () => {
  it('strikes every call where nothing is selected', () => {
    expect(strikes(new FaultPlan(faults('hang')), 'Decrypt', 'Nonsense')).toEqual(['hang', 'hang']);
  });

  it('strikes nothing where there are none', () => {
    expect(strikes(new FaultPlan(), 'Decrypt')).toEqual(['']);
  });

  it('counts the calls of its action only', () => {
    const plan = new FaultPlan(faults('cut:action=Decrypt,first=2'));
    expect(strikes(plan, 'Encrypt', 'Decrypt', 'Encrypt', 'Decrypt', 'Decrypt')).toEqual([
      '',
      'cut',
      '',
      'cut',
      '',
    ]);
    expect(plan.report()).toEqual([{ spec: 'cut:action=Decrypt,first=2', counted: 3, struck: 2 }]);
  });

  it('lets the first ones pass, and strikes so many after them', () => {
    const plan = new FaultPlan(faults('cut:after=1,first=2'));
    expect(strikes(plan, ...times(5))).toEqual(['', 'cut', 'cut', '', '']);
  });

  it('lets each fault count every call, also one that another strikes', () => {
    const plan = new FaultPlan(faults('throttle:first=2', 'error:after=2,first=1'));
    expect(strikes(plan, ...times(4))).toEqual(['throttle', 'throttle', 'error', '']);
  });

  it('adds delays up, and takes the first of the others', () => {
    const plan = new FaultPlan(faults('delay:ms=10', 'cut', 'delay:ms=20', 'hang'));
    expect(plan.nextCall('Decrypt', ACCOUNT, NOW)).toEqual({
      name: 'delay+cut',
      delayMs: 30,
      exportsSm2InDer: false,
      effect: { kind: 'cut', when: 'before' },
    });
  });

  it('writes DER beside whatever else strikes', () => {
    const plan = new FaultPlan(faults('sm2-der:after=1', 'throttle:first=1', 'cut:after=1'));
    expect([1, 2].map(() => plan.nextCall('ExportDataKey', ACCOUNT, NOW))).toMatchObject([
      { name: 'throttle', exportsSm2InDer: false },
      { name: 'sm2-der+cut', exportsSm2InDer: true, effect: { kind: 'cut' } },
    ]);
  });

  it('keeps quotas: of no second, wherever it begins, more calls than it has', () => {
    const plan = new FaultPlan(faults('quota:reads=3'));
    const at = (ms: number, action = 'DescribeKey', account = ACCOUNT): string =>
      plan.nextCall(action, account, new Date(NOW.getTime() + ms)).name;
    expect([at(0), at(900, 'ListKeys'), at(950, 'ListAliases')]).toEqual(['', '', '']);
    expect([at(990), at(999, 'ListKeyVersions')]).toEqual(['quota', 'quota']);
    // What is refused uses nothing up.
    expect([at(1000), at(1001)]).toEqual(['', 'quota']);
    expect([at(1899), at(1900), at(1950)]).toEqual(['quota', '', '']);
    // Other operations and other accounts have quotas of their own.
    expect([at(1950, 'Decrypt'), at(1950, 'CreateKey'), at(1950, 'ListKeys', '2')]).toEqual([
      '',
      '',
      '',
    ]);
    expect(plan.report()).toEqual([{ spec: 'quota:reads=3', counted: 12, struck: 4 }]);
  });

  it('has the quotas that KMS documents, unless another number is given', () => {
    const plan = new FaultPlan(faults('quota:creates=2'));
    const passes = (action: string): number =>
      strikes(plan, ...times(1000, action)).filter((name) => name === '').length;
    expect(
      ['DescribeKey', 'CreateKey', 'UpdateAlias', 'ExportDataKey', 'Decrypt'].map(passes),
    ).toEqual([50, 2, 30, 750, 1000]);
    expect(passes('GenerateAndExportDataKey')).toBe(0);
  });

  it('begins anew when it is replaced', () => {
    const plan = new FaultPlan(faults('cut:first=1'));
    expect(strikes(plan, ...times(2))).toEqual(['cut', '']);
    plan.replace(faults('cut:first=1'));
    expect(strikes(plan, ...times(2))).toEqual(['cut', '']);
  });

  it('counts connections for certificates, and calls for the rest', () => {
    const plan = new FaultPlan(faults('certificate:wrong=name,after=1,first=1', 'hang'));
    expect(strikes(plan, 'Decrypt')).toEqual(['hang']);
    expect([1, 2, 3].map(() => plan.nextConnection())).toEqual([undefined, 'name', undefined]);
  });
});

describe('a probability', () => {
  it('strikes the same calls for the same seed, and others for another', () => {
    const run = (seed: number): string =>
      strikes(new FaultPlan(faults(`cut:probability=0.5,seed=${seed}`)), ...times(64)).join();
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });

  it('strikes about as many as it says', () => {
    const plan = new FaultPlan(faults('cut:probability=0.3,seed=7'));
    strikes(plan, ...times(10_000));
    const [{ struck } = { struck: 0 }] = plan.report();
    expect(struck).toBeGreaterThan(2_800);
    expect(struck).toBeLessThan(3_200);
  });

  it('of 1 strikes all, as mulberry32 stays below it for every seed', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = mulberry32(seed);
        for (let count = 0; count < 50; count += 1) {
          const value = random();
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThan(1);
        }
      }),
    );
  });

  it('rests on mulberry32 as it was published', () => {
    // What its C code in the public domain gives for the states 0, 1 and 2^32 - 1.
    const first = (seed: number): number[] => {
      const random = mulberry32(seed);
      return [0, 1, 2].map(() => random() * 2 ** 32);
    };
    expect([first(0), first(1), first(4_294_967_295)]).toEqual([
      [1144304738, 1416247, 958946056],
      [2693262067, 11749833, 2265367787],
      [3850105811, 813802916, 3073704848],
    ]);
  });
});
