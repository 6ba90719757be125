import { execFileSync } from 'node:child_process';
import { createDecipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ImportEntry } from '../../../../src/documents/import-document.ts';
import type { TokenKind, TokenStage } from './token.ts';
import { stageOf } from './token.ts';
import { compileProgram } from '../native/compile.ts';
import { exportOk, importOk, LOCAL, makePair } from './steps.ts';
import { cleanEnv, kmsx, kmsxOk } from '../../kmsx.ts';

const TEXT = 'what the key in the token encrypts';

/** Encrypts with a key in the token, by a program that has nothing of kmsx in it. */
function encryptInToken({ token, run }: TokenStage, key: string): Buffer {
  const program = compileProgram('encrypt', run.cwd);
  const args = [token.module, token.parameters ?? '', token.label, key];
  const input = `${token.pin}\n${TEXT}\n`;
  const hex = execFileSync(program, args, { input, env: cleanEnv(run.cwd, token.env) });
  return Buffer.from(hex.toString(), 'hex');
}

/**
 * Tests of a data key's life with a real token: a pair in it, an export for it, the import, and a key there that encrypts.
 *
 * @param folder - the one of the test
 */
export function describeLife({ name, setUp, unwraps }: TokenKind, folder: () => string): void {
  describe(name, () => {
    const stage = (): TokenStage => stageOf(setUp(folder()), folder());

    it('says which algorithms it unwraps, and they are the ones that work', async () => {
      const at = stage();
      const printed = await kmsxOk(
        ['list-tokens', '--token', at.token.label, '--probe', ...at.reach],
        at.run,
      );
      expect(JSON.parse(printed)).toMatchObject({
        ...{ Token: at.token.label, MakesPairs: true, SaysItUnwraps: true, Unwraps: unwraps },
      });
    });

    it('takes an export, and encrypts as the key does that the backup gives', async () => {
      const at = stage();
      const pair = await makePair(at, 'wrapping');
      await exportOk(at, 'wrapping', 'first');
      const report = await importOk(at, 'first', 'payments-2026');

      const [{ KeyCheckValues, ...imported }] = report.Imports as [ImportEntry];
      expect(imported).toMatchObject({
        ...{ Token: at.token.label, Label: 'payments-2026', KeyType: 'AES' },
        ...{ Sensitive: true, Extractable: false, WrappingAlgorithm: unwraps[0] },
        PublicKeyFingerprint: pair.PublicKeyFingerprint,
      });
      expect(imported).not.toHaveProperty('AlreadyThere');

      const recovered = ['recover-key', '--in', 'first.backup.json', ...LOCAL];
      await kmsxOk([...recovered, '--format', 'raw', '--out', 'key'], at.run);
      const decipher = createDecipheriv(
        'aes-256-cbc',
        readFileSync(join(folder(), 'key')),
        Buffer.alloc(16),
      );
      const ciphertext = encryptInToken(at, 'payments-2026');
      expect(Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString()).toBe(TEXT);
      const shown = await kmsxOk([...recovered, '--check-value-only'], at.run);
      expect(JSON.parse(shown)).toMatchObject({ KeyCheckValues });
    });

    it('finds the key that an earlier run imported', async () => {
      const at = stage();
      await makePair(at, 'wrapping');
      await exportOk(at, 'wrapping', 'first');
      const { Imports: before } = await importOk(at, 'first', 'payments-2026');
      const { Imports: after } = await importOk(at, 'first', 'payments-2026');
      expect(after).toEqual([{ ...before[0], AlreadyThere: true }]);
    });

    it('shows that a backup holds the same data key, and that another does not', async () => {
      const at = stage();
      await makePair(at, 'wrapping');
      await exportOk(at, 'wrapping', 'first');
      await exportOk(at, 'wrapping', 'second');
      const verify = [
        ...['verify-key', '--in', 'first.export.json', '--privkey', at.uri('wrapping')],
        ...[...LOCAL, ...at.reach, '--against'],
      ];
      const same = await kmsx([...verify, 'first.backup.json'], at.run);
      expect(same, same.stderr).toMatchObject({ code: 0 });
      expect(JSON.parse(same.stdout)).toMatchObject({ Match: true });
      const other = await kmsx([...verify, 'second.backup.json'], at.run);
      expect(other, other.stderr).toMatchObject({ code: 6 });
      expect(JSON.parse(other.stdout)).toMatchObject({ Match: false });
    });

    it('gives the check values of an export, and keeps nothing', async () => {
      const at = stage();
      await makePair(at, 'wrapping');
      await exportOk(at, 'wrapping', 'first');
      const checked = await kmsx(
        [
          ...['unwrap-key', '--in', 'first.export.json', '--privkey', at.uri('wrapping')],
          ...['--check-value-only', ...at.reach],
        ],
        at.run,
      );
      expect(checked, checked.stderr).toMatchObject({ code: 0 });
      expect(checked.stderr).toContain('first.export.json is from a rehearsal');
      const { KeyCheckValues } = JSON.parse(checked.stdout) as { KeyCheckValues: unknown };
      const { Imports } = await importOk(at, 'first', 'payments-2026');
      expect(Imports[0]).toMatchObject({ KeyCheckValues });
      expect(Imports[0]).not.toHaveProperty('AlreadyThere');
    });
  });
}
