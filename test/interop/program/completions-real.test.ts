import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHELLS } from '../../../scripts/completions/generate.ts';
import type { CompletionShell } from '../../support/shells/completion-shells.ts';
import { assertSyntax, openShell, SCRIPT_NAMES } from '../../support/shells/completion-shells.ts';

const COMPLETIONS = fileURLToPath(new URL('../../../completions', import.meta.url));

/** Commands that a user will look for; there may be more. */
const COMMANDS = [
  'completion',
  'export-key',
  'help',
  'inspect',
  'keygen',
  'local-kms',
  'rehearse',
  'unwrap-key',
];

describe.each(SHELLS)('the completions of kmsx in %s', (shell) => {
  const file = join(COMPLETIONS, SCRIPT_NAMES[shell]);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `kmsx-completions-${shell}-`)));
  let terminal: CompletionShell;

  beforeAll(async () => {
    mkdirSync(join(folder, 'work'));
    writeFileSync(join(folder, 'work', 'wrapping key.pem'), '');
    terminal = await openShell(shell, file, folder);
  });
  afterAll(async () => {
    await terminal.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are a well-formed script', () => {
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toMatch(/[^\n]\n$/);
    assertSyntax(shell, file);
  });

  it('offer the commands', async () => {
    expect(await terminal.offered('kmsx ')).toEqual(expect.arrayContaining(COMMANDS));
    expect(await terminal.offered('kmsx unw')).toEqual(['unwrap-key']);
    expect(await terminal.offered('kmsx completion ')).toEqual(['bash', 'fish', 'zsh']);
    expect(await terminal.offered('kmsx help keyg')).toEqual(['keygen']);
  });

  it('offer the options of a command and those of every command', async () => {
    expect(await terminal.offered('kmsx export-key --')).toEqual(
      expect.arrayContaining(['--backup', '--key-id', '--out', '--pubkey', '--quiet', '--region']),
    );
    expect(await terminal.offered('kmsx unwrap-key --')).toEqual(
      expect.arrayContaining(['--error-format', '--format', '--in', '--privkey']),
    );
    expect(await terminal.offered('kmsx unwrap-key --pub')).toEqual([]);
  });

  it('complete a pressed Tab after a short option, alone or joined with others', async () => {
    const file = 'wrapping key.pem';
    expect(await terminal.pressTab('kmsx unwrap-key -i wra')).toEqual(['unwrap-key', '-i', file]);
    expect(await terminal.pressTab('kmsx export-key -nqo wra')).toEqual([
      'export-key',
      '-nqo',
      file,
    ]);
    expect(await terminal.offered('kmsx help lost')).toEqual(['lost-hsm']);
  });

  it('offer the values of an option', async () => {
    expect(await terminal.offered('kmsx export-key --key-spec ')).toEqual(['AES_128', 'AES_256']);
    expect(await terminal.offered('kmsx unwrap-key --format=')).toEqual(['base64', 'hex', 'raw']);
    expect(await terminal.offered('kmsx --color ')).toEqual(['always', 'auto', 'never']);
  });

  it('complete a pressed Tab: a command, and a file for an option and for an argument', async () => {
    expect(await terminal.pressTab('kmsx unw')).toEqual(['unwrap-key']);
    expect(await terminal.pressTab('kmsx export-key --pubkey wra')).toEqual([
      'export-key',
      '--pubkey',
      'wrapping key.pem',
    ]);
    expect(await terminal.pressTab('kmsx inspect wra')).toEqual(['inspect', 'wrapping key.pem']);
  });
});
