import { describe, expect, test } from 'vitest';
import { assertSafeEnvironment } from '../../../src/terminal/session.ts';

const refusal = (NODE_OPTIONS: string): unknown => {
  try {
    assertSafeEnvironment({ env: { NODE_OPTIONS } });
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('NODE_OPTIONS that write secrets or let others read them', () => {
  test.each([
    '--report-on-signal',
    '--report-on-fatalerror',
    '--report-uncaught-exception',
    '--report-signal=SIGUSR2',
    '--report-directory=/tmp',
    '--report-dir=/tmp',
    '--report-filename=report.json',
    '--report-compact',
    '--experimental-report',
    '--heapsnapshot-signal=SIGUSR2',
    '--heapsnapshot-near-heap-limit=1',
    '--heap-prof',
    '--abort-on-uncaught-exception',
    '--inspect',
    '--inspect=0.0.0.0:9229',
    '--inspect-brk',
    '--inspect-wait',
    '--tls-keylog=keys.log',
    '--trace-tls',
  ])('are refused: %s', (option) => {
    const name = option.replace(/=.*/, '');
    for (const form of [
      option,
      `--no-warnings ${option}`,
      `"${option}"`,
      option.replaceAll(/(?<=[a-z])-/g, '_'),
      `--title=x\t${option}`,
    ]) {
      expect(refusal(form), form).toMatchObject({
        code: 'environment-refused',
        message: `NODE_OPTIONS has ${name}: Node.js would reveal what kmsx keeps secret`,
      });
    }
  });

  test.each(['', '--no-warnings', '--max-old-space-size=4096', '--no-report-on-signal'])(
    'are not refused otherwise: %s',
    (options) => {
      expect(refusal(options)).toBeUndefined();
    },
  );
});
