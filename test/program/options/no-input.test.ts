/* With --no-input nobody is asked for anything: what would be asked for is exit 2, and what gives it is the hint. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askPin } from '../../../src/commands/shared/module/pin.ts';
import { TOKEN_FLAGS } from '../../../src/hsm/cryptoki/constants.ts';
import type { Token } from '../../../src/hsm/tokens.ts';
import { createReporter } from '../../../src/terminal/reporter.ts';
import type { Session } from '../../../src/terminal/session.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import type { TestIoOptions } from '../../support/test-io.ts';
import { runInProcess, testIo } from '../../support/test-io.ts';
import { testKeyPath } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const ENCRYPTED = testKeyPath('rsa-2048-pbes2-sha256.pem');
const KEYGEN = ['keygen', '--privkey-out', 'k.pem', '--pubkey-out', 'k.pub'];
const UNWRAP = ['unwrap-key', '--privkey', ENCRYPTED, '--wrapping-algorithm', 'RSAES_OAEP_SHA_256'];

/** Whoever would be asked types what would be right. */
const TYPED: TestIoOptions = { typed: ['open sesame', 'open sesame'], stdin: 'x' };
const PASSPHRASE = 'give --passphrase-file FILE or --passphrase-env VAR; ';
const FILE = 'give a file in place of -, as in --in FILE, or a pipe; ';

describe('--no-input refuses', () => {
  it.each([
    ['the passphrase of a new key', KEYGEN, PASSPHRASE],
    ['the passphrase of a private key', [...UNWRAP, '-i', 'bare'], PASSPHRASE],
    ['a document typed at the terminal', UNWRAP, FILE],
    ['a file that is inspected', ['inspect', '-'], FILE],
    ['a backup', ['recover-key', '--gateway', 'local'], FILE],
    ['a passphrase file that is the terminal', [...KEYGEN, '--passphrase-file', '-'], FILE],
    ['a public key', ['export-key', '--key-id', 'alias/x', '--pubkey', '-', '-o', 'e'], FILE],
  ])('%s', async (_, argv, hint) => {
    writeFileSync(join(folder(), 'bare'), Buffer.alloc(256).toString('base64'));
    const options = { ...TYPED, cwd: folder(), stdinIsTerminal: true };
    for (const all of [
      [...argv, '--no-input'],
      ['--no-input', ...argv],
    ]) {
      const { code, stdout, stderr } = await runInProcess(all, options);
      expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`kmsx: hint: ${hint}or leave out --no-input to be asked\n`);
      expect(stderr).not.toContain('waiting for');
    }
    expect(readdirSync(folder())).toEqual(['bare']);
    const { stderr } = await runInProcess([...argv, '--no-input', '--error-format=json'], options);
    expect(JSON.parse(stderr)).toMatchObject({ Error: { Code: 'input-needed', Kind: 'usage' } });
  });

  it.each([
    ['a token that is asked for here', 0],
    ['a token with a pad of its own', TOKEN_FLAGS.ProtectedAuthenticationPath],
  ])('the PIN of %s', async (_, flags) => {
    const io = { ...testIo(TYPED), mayAsk: false };
    const options = {
      quiet: false,
      verbose: false,
      color: 'never',
      errorFormat: 'text',
      json: false,
      force: false,
      forceTerminal: false,
      input: false,
    } as const;
    const session: Session = { io, options, reporter: createReporter(io, options) };
    const token = { label: 'T', serial: '1', flags } as unknown as Token;
    await expect(askPin({}, token, session)).rejects.toMatchObject({
      code: 'input-needed',
      details: { instead: '--pin-file FILE or --pin-env VAR' },
    });
    expect(io.stderrText()).toBe('');
  });
});

describe('--no-input leaves', () => {
  it.each([
    ['a passphrase in a file', ['--passphrase-file', 'pass'], {}],
    ['a passphrase on standard input', ['--passphrase-file', '-'], { stdin: 'secret\n' }],
    ['a passphrase in a variable', ['--passphrase-env', 'P'], { env: { P: 'secret' } }],
    ['no passphrase', ['--no-passphrase'], {}],
  ])('%s as it is', async (_, more, options: TestIoOptions) => {
    writeFileSync(join(folder(), 'pass'), 'secret\n');
    const argv = [...KEYGEN, ...more, '--no-input'];
    const { code, stderr } = await runInProcess(argv, { cwd: folder(), ...options });
    expect(code, stderr).toBe(0);
    expect(readdirSync(folder())).toEqual(['k.pem', 'k.pub', 'pass']);
  });
});
