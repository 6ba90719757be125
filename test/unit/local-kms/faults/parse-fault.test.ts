import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULT_KINDS } from '../../../../src/local-kms/faults/fault-kinds.ts';
import {
  isFaultMistake,
  parseFault,
  parseFaults,
} from '../../../../src/local-kms/faults/parse-fault.ts';

describe('a SPEC', () => {
  it.each([
    ['throttle', { kind: 'throttle', code: 'Rejected.Throttling' }, { after: 0 }],
    [
      'throttle:action=ExportDataKey,first=2',
      { kind: 'throttle', code: 'Rejected.Throttling' },
      { after: 0, action: 'ExportDataKey', first: 2 },
    ],
    [
      'throttle:code=Throttling.User,retry-after=3',
      { kind: 'throttle', code: 'Throttling.User', retryAfterSeconds: 3 },
      { after: 0 },
    ],
    ['error', { kind: 'error', code: 'InternalFailure' }, { after: 0 }],
    [
      'error:code=ServiceUnavailableTemporary,after=4',
      { kind: 'error', code: 'ServiceUnavailableTemporary' },
      { after: 4 },
    ],
    [
      'delay:ms=500,probability=0.3,seed=7',
      { kind: 'delay', ms: 500 },
      { after: 0, chance: { probability: 0.3, seed: 7 } },
    ],
    ['hang:probability=1', { kind: 'hang' }, { after: 0, chance: { probability: 1, seed: 1 } }],
    ['cut', { kind: 'cut', when: 'before' }, { after: 0 }],
    ['cut:when=after', { kind: 'cut', when: 'after' }, { after: 0 }],
    ['cut-body', { kind: 'cut-body' }, { after: 0 }],
    ['garbage', { kind: 'garbage', form: 'html' }, { after: 0 }],
    ['garbage:form=json', { kind: 'garbage', form: 'json' }, { after: 0 }],
    [
      'sm2-der:action=ExportDataKey,after=1',
      { kind: 'sm2-der' },
      { after: 1, action: 'ExportDataKey' },
    ],
    ['certificate', { kind: 'certificate', wrong: 'authority' }, { after: 0 }],
    [
      'certificate:wrong=date,first=1',
      { kind: 'certificate', wrong: 'date' },
      { after: 0, first: 1 },
    ],
  ])('%s is understood', (spec, effect, selection) => {
    expect(parseFault(spec)).toEqual({ spec, effect, selection });
  });

  it.each([
    ['', 1, 'no fault of that name: throttle, error, quota,'],
    ['throtle', 1, 'no fault "throtle": throttle, error, quota,'],
    ['throttle:', 10, 'no parameter of that name: code, retry-after, action, after, first,'],
    ['throttle:first=2,', 18, 'no parameter of that name'],
    ['throttle:frist=2', 10, 'no parameter "frist"'],
    ['throttle:first=2,first=3', 18, 'first is given twice'],
    ['throttle:first=0', 10, 'first takes a whole number of at least 1'],
    ['throttle:first', 10, 'first takes a whole number of at least 1'],
    ['throttle:first=1e3', 10, 'first takes'],
    ['throttle:action=exportdatakey', 10, 'action takes an operation that this server offers'],
    ['throttle:code=InternalFailure', 10, 'code takes Rejected.Throttling or Throttling.User'],
    ['throttle:code=RejectedxThrottling', 10, 'code takes'],
    ['throttle:retry-after=-1', 10, 'retry-after takes whole seconds'],
    ['delay', 6, 'ms=… is missing'],
    ['delay:ms=0', 7, 'ms takes whole milliseconds, 1 to 999999'],
    ['hang:probability=0', 6, 'probability takes a number such as 0.25'],
    ['hang:probability=0.000', 6, 'probability takes'],
    ['hang:probability=1.1', 6, 'probability takes'],
    ['hang:seed=1', 12, 'seed=… needs probability=…'],
    ['sm2-der:form=raw', 9, 'no parameter "form": action, after, first'],
    ['cut:when=during', 5, 'when takes before or after'],
    ['quota:reads=0', 7, 'reads takes calls a second, 1 to 999999'],
    ['quota:first=1', 7, 'no parameter "first": reads, creates, writes, exports'],
    ['certificate:action=Decrypt', 13, 'no parameter "action": wrong, after, first'],
    [`hang:${'x'.repeat(600)}`, 501, 'a fault has at most 500 characters'],
  ])('%s is refused, with the place and what is allowed there', (spec, character, mistake) => {
    const result = parseFault(spec);
    if (!isFaultMistake(result)) throw new Error('understood');
    expect(result.mistake).toContain(`character ${character}: ${mistake}`);
    expect(result.mistake).not.toMatch(/[\n\r]|\.$/);
  });

  it('has each kind in the table of docs/embedded-kms.md', () => {
    const path = new URL('../../../../docs/embedded-kms.md', import.meta.url);
    const [, table = ''] =
      /^\| kind .*\n\|[ -|]*\n((?:\|.*\n)+)/m.exec(readFileSync(path, 'utf8')) ?? [];
    const kinds = table.matchAll(/^\| `([^`]+)`/gm);
    expect([...kinds].map(([, kind]) => kind)).toEqual([...FAULT_KINDS.keys()]);
  });

  it('is read or refused, and never breaks the reader', () => {
    const part = fc.oneof(
      fc.constantFrom('first', 'ms', 'action', 'seed', 'probability', '='),
      fc.string(),
    );
    const spec = fc
      .tuple(fc.constantFrom(...FAULT_KINDS.keys(), ''), fc.array(part))
      .map(([kind, parts]) => `${kind}:${parts.join(',')}`);
    fc.assert(
      fc.property(spec, (text) => {
        const result = parseFault(text);
        if (isFaultMistake(result)) expect(result.mistake).toMatch(/^character \d+: [^\n]+$/);
        else expect(result.spec).toBe(text);
      }),
    );
  });
});

describe('several SPECs', () => {
  it('name the one that is wrong', () => {
    expect(parseFaults(['hang', 'cut:when=x'], false)).toEqual({
      mistake: 'fault 2, character 5: when takes before or after',
    });
  });

  it('have no certificate that could be wrong without TLS', () => {
    expect(parseFaults(['certificate'], false)).toEqual({
      mistake: 'character 1: without TLS there is no certificate that could be wrong',
    });
    expect(parseFaults(['certificate'], true)).toHaveLength(1);
  });

  it('are a hundred at most', () => {
    const specs = Array.from({ length: 100 }, () => 'hang');
    expect(parseFaults(specs, false)).toHaveLength(100);
    expect(parseFaults([...specs, 'hang'], false)).toHaveProperty('mistake');
  });
});
