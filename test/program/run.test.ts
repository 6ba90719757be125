import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/base/error-codes.ts';
import { ERROR_CODES } from '../../src/base/error-codes.ts';
import { kmsxError } from '../../src/base/error.ts';
import { exitCodeOf } from '../../src/terminal/exit-codes.ts';
import type { Io } from '../../src/terminal/io.ts';
import { hintsFor } from '../../src/terminal/hints/hints.ts';
import { createProgram } from '../../src/program/program.ts';
import { createReporter } from '../../src/terminal/reporter.ts';
import { run } from '../../src/program/run.ts';
import type { RunResult } from '../support/run-result.ts';
import type { TestIoOptions } from '../support/test-io.ts';
import { runInProcess, testIo } from '../support/test-io.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../support/wrapping/wrapping-keys.ts';
import { placeholderError } from '../../scripts/troubleshooting-page.ts';
import { refused } from '../support/kms/refusals.ts';

const folder = useTempFolder();
const CANARY = 'canary-4f1c9d';

/** Runs a command in a world in which something breaks. */
async function runFaulty(
  argv: readonly string[],
  fault: Partial<Io>,
  options: TestIoOptions = {},
): Promise<RunResult> {
  const world = testIo({ cwd: folder(), env: { HOME: folder() }, ...options });
  const io = { ...world, ...fault };
  const code = await run(createProgram(io, argv), argv, io);
  return { code, stdout: world.stdoutText(), stderr: world.stderrText() };
}

const KEYGEN = ['keygen', '--privkey-out', 'k.pem', '--pubkey-out', 'k.pub'];
const EXPORT = [
  ...['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local', '--pubkey', PUBKEY],
  ...['--out', 'e.json'],
];
const broken = (): never => {
  throw new RangeError(CANARY, { cause: new Error(`${CANARY} too`) });
};

describe('a defect in kmsx', () => {
  const faults: [string, readonly string[], Partial<Io>][] = [
    ['of the randomness', KEYGEN, { randomBytes: broken }],
    ['of the prompt', KEYGEN, { promptSecret: broken }],
    ['of the clock', EXPORT, { now: broken }],
  ];

  it.each(faults)('%s: exit 1, and neither stack nor message', async (_, argv, fault) => {
    const { code, stdout, stderr } = await runFaulty(argv, fault);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      'kmsx: error: a defect in kmsx (RangeError)\n' +
        'kmsx: hint: run it again with KMSX_DEBUG=1 and report what it prints\n',
    );
  });

  it('shows its stack with KMSX_DEBUG=1, and still no message', async () => {
    const env = { HOME: folder(), KMSX_DEBUG: '1' };
    const { code, stderr } = await runFaulty(KEYGEN, { randomBytes: broken }, { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/\nKmsxError\n( {4}at .+\n)+RangeError\n( {4}at .+\n)+Error\n/);
    expect(stderr).toContain('run.test.ts');
    expect(stderr).not.toContain(CANARY);
  });

  it('is described by its type if what was thrown is not an Error', async () => {
    const promptSecret = (): Promise<undefined> => {
      AbortSignal.abort(CANARY).throwIfAborted(); // throws the text itself
      return Promise.resolve(undefined);
    };
    const { code, stderr } = await runFaulty(KEYGEN, { promptSecret });
    expect(code).toBe(1);
    expect(stderr).toContain('a defect in kmsx (string)');
    expect(stderr).not.toContain(CANARY);
  });

  it('is one line of JSON with --error-format json', async () => {
    const argv = [...KEYGEN, '--error-format', 'json'];
    const { code, stderr } = await runFaulty(argv, { randomBytes: broken });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^[^\n]*\n$/);
    expect(JSON.parse(stderr)).toEqual({
      Error: {
        Kind: 'internal',
        Code: 'internal',
        Message: 'a defect in kmsx (RangeError)',
        Hint: 'run it again with KMSX_DEBUG=1 and report what it prints',
        Retryable: false,
      },
    });
  });

  it('leaves no temporary file', async () => {
    await runFaulty(KEYGEN, { promptSecret: broken });
    expect(readdirSync(folder())).toEqual([]);
  });
});

describe('an error as JSON', () => {
  it('of the arguments is JSON too, whatever else is wrong with them', async () => {
    for (const argv of [
      ['--error-format', 'json', 'nonsense'],
      ['keygen', '--error-format=json', '--privkey-out'],
      ['--error-format=json'],
    ]) {
      const { code, stderr } = await runInProcess(argv);
      expect(code).toBe(2);
      const line = stderr.trim().split('\n').at(-1) ?? '';
      expect(JSON.parse(line), stderr).toMatchObject({
        Error: { Kind: 'usage', Code: 'bad-usage', Retryable: false },
      });
    }
  });

  it('has what KMS said of itself, and says what may be tried again', async () => {
    const io = testIo();
    const reporter = createReporter(io, {
      quiet: true,
      verbose: false,
      color: 'always',
      errorFormat: 'json',
    });
    await reporter.error(
      refused('Throttling.User', {
        message: 'KMS is busy',
        hints: [],
        requestId: 'r-1',
        httpStatus: 503,
      }),
    );
    await reporter.warnAlways('careful');
    expect(io.stderrText().split('\n')).toEqual([
      '{"Error":{"Kind":"unavailable","Code":"Throttling.User","Message":"KMS is busy","RequestId":"r-1","HttpStatus":503,"Retryable":true}}',
      '{"Warning":{"Message":"careful"}}',
      '',
    ]);
  });

  it.each(Object.keys(ERROR_CODES) as ErrorCode[])(
    'of %s is retryable with exit 5 only',
    async (code) => {
      const io = testIo();
      const options = { quiet: false, verbose: false, color: 'auto', errorFormat: 'json' } as const;
      const error = placeholderError(code);
      await createReporter(io, options).error(error);
      expect(JSON.parse(io.stderrText())).toMatchObject({
        Error: { Code: code, Retryable: exitCodeOf(error.kind) === 5 },
      });
    },
  );
});

describe('the hints of an error', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])(
    '%s are one line each, without a full stop',
    (code) => {
      const hints = hintsFor(placeholderError(code));
      expect(hints.length).toBeGreaterThan(0);
      for (const hint of hints) {
        expect(hint).toMatch(/^\S.*[^\s.]$/);
        expect(hint).not.toMatch(/\p{Cc}/u);
        expect(hint).not.toContain('undefined');
      }
    },
  );

  it('of what KMS refused are those that came with it', () => {
    expect(hintsFor(refused('Forbidden.KeyNotFound', { hints: [] }))).toEqual([]);
    expect(hintsFor(refused('Forbidden.KeyNotFound', { hints: ['look'] }))).toEqual(['look']);
  });
});

describe('text from outside', () => {
  const EVIL = 'evil\u001b[2J\u202egpj\nkmsx: all is well\r\u0007\u009b.pem';
  const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

  it.each([
    ['a name that is not there', ['inspect', EVIL], 7],
    ['a mistyped command', [EVIL], 2],
    ['a mistyped option', ['inspect', `--${EVIL}`], 2],
    ['an argument', ['completion', EVIL], 2],
    ['a topic', ['help', EVIL], 2],
    ['a folder', ['unwrap-key', '--privkey', PRIVKEY, '--in', 'x', '--out', `${EVIL}/key`], 7],
    ['an algorithm', ['unwrap-key', '--privkey', 'x', '--wrapping-algorithm', EVIL], 2],
  ])('does not move the cursor or begin a line: %s', async (_, argv, code) => {
    writeFileSync(join(folder(), 'x'), 'x'.repeat(344));
    const result = await runInProcess(argv, { cwd: folder() });
    expect(result.code, result.stderr).toBe(code);
    expect(result.stderr).not.toMatch(RAW);
    expect(result.stderr).not.toMatch(/^kmsx: all is well/m);
    expect(result.stderr).toContain('u001b[2J');
    const asJson = await runInProcess([...argv, '--error-format', 'json'], { cwd: folder() });
    expect(asJson.stderr).not.toMatch(RAW);
  });

  it('of a file is shown escaped in the table of inspect', async () => {
    writeFileSync(join(folder(), EVIL), 'AAAA');
    const options = { cwd: folder(), stdoutIsTerminal: true, env: { NO_COLOR: '1' } };
    const { code, stdout } = await runInProcess(['inspect', EVIL], options);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(RAW);
  });

  it('never ends a line early, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (word) => {
        const io = testIo();
        const options = {
          quiet: false,
          verbose: false,
          color: 'never',
          errorFormat: 'text',
        } as const;
        await createReporter(io, options).error(kmsxError('file-missing', `${word} is not there`));
        expect(io.stderrText()).toMatch(/^kmsx: error: [^\n]*\nkmsx: hint: [^\n]*\n$/);
        expect(io.stderrText()).not.toMatch(RAW);
      }),
    );
  });
});

describe('--quiet', () => {
  it('leaves errors and their hints', async () => {
    const { code, stderr } = await runInProcess(['inspect', 'gone', '--quiet'], { cwd: folder() });
    expect(code).toBe(7);
    expect(stderr).toMatch(/^kmsx: error: gone does not exist\nkmsx: hint: .+\n$/);
  });

  it('leaves out warnings and notes', async () => {
    const argv = [...KEYGEN, '--no-passphrase'];
    const loud = await runFaulty(argv, {});
    expect(loud).toMatchObject({ code: 0 });
    expect(loud.stderr).toContain('kmsx: warning: k.pem is not encrypted');
    const quiet = ['--privkey-out', 'l.pem', '--pubkey-out', '-', '--no-passphrase', '--quiet'];
    expect(await runFaulty(['keygen', ...quiet], {})).toMatchObject({ code: 0, stderr: '' });
  });
});
