import { expect, test } from 'vitest';
import { kmsxError } from '../../../src/base/error.ts';
import { formatLogLine } from '../../../src/local-kms/request-log.ts';

const call = {
  time: new Date('2026-01-02T03:04:05.678Z'),
  action: 'Decrypt',
  httpStatus: 200,
  code: undefined,
  requestId: 'ID',
  durationMs: 3,
};

test('one call is one line', () => {
  expect(formatLogLine(call)).toBe('2026-01-02T03:04:05.678Z Decrypt 200 - ID 3ms');
});

test.each(['', 'De\ncrypt', '\u001b[31mDecrypt', 'Décrypt', 'x'.repeat(65), 'a b', undefined])(
  'an action that is none is not shown (%j)',
  (action) => {
    expect(formatLogLine({ ...call, action })).toBe('2026-01-02T03:04:05.678Z - 200 - ID 3ms');
  },
);

test('a failure shows its name and code, never its message', () => {
  const failure = kmsxError('disk-full', 'canary');
  expect(formatLogLine({ ...call, httpStatus: 500, code: 'InternalFailure', failure })).toBe(
    '2026-01-02T03:04:05.678Z Decrypt 500 InternalFailure ID 3ms KmsxError(disk-full)',
  );
  expect(formatLogLine({ ...call, failure: new TypeError('canary') })).not.toContain('canary');
  expect(formatLogLine({ ...call, failure: 'canary' })).not.toContain('canary');
});
