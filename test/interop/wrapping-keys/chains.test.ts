/* Certificate chains as --pubkey: the command of the hint takes the key's own certificate out of the very file. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHAINS, fileOf } from '../../support/wrapping/certificates.ts';
import { expectHintsToWork } from '../../support/hints/mistake.ts';
import { kmsx, kmsxOk, shell } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();

const EXPORT_KEY = ['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local'];
const OUTPUTS = ['--backup', 'backup.json', '--out', 'export.json'];

describe('the hint for a chain', () => {
  it.each(CHAINS)('takes certificate $own of $file', async ({ file, own }) => {
    const take =
      own === 1
        ? "openssl x509 -in 'my chain.pem'"
        : `awk '/-----BEGIN /{n++} n==${own}' 'my chain.pem' | openssl x509`;
    const command = `${take} > 'my chain.pub.pem'`;
    await expectHintsToWork(
      {
        what: 'a chain',
        file: 'my chain.pem',
        content: fileOf(file),
        argv: [...EXPORT_KEY, '--pubkey', 'my chain.pem', ...OUTPUTS],
        says: `a chain of ${file.length} certificates, of which number ${own} is the key's own`,
        hints: [
          { command, then: { kmsx: [...EXPORT_KEY, '--pubkey', 'my chain.pub.pem', ...OUTPUTS] } },
        ],
      },
      folder(),
    );
    // What was exported is for the key that is meant, and no authority's.
    await kmsxOk(
      ['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json', '--check-value-only'],
      {
        cwd: folder(),
      },
    );
  });

  it.each(CHAINS.slice(0, 6))('takes certificate $own of $file in PKCS#7', async ({ file }) => {
    writeFileSync(join(folder(), 'chain.pem'), fileOf(file));
    const pkcs7 = execFileSync('openssl', ['crl2pkcs7', '-nocrl', '-certfile', 'chain.pem'], {
      cwd: folder(),
    });
    writeFileSync(join(folder(), 'chain.p7b'), pkcs7);
    const run = await kmsx([...EXPORT_KEY, '--pubkey', 'chain.p7b', ...OUTPUTS], {
      cwd: folder(),
    });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    const command = /^kmsx: hint: (openssl pkcs7 .*)$/m.exec(run.stderr)?.[1] ?? 'false';
    expect(await shell(command, { cwd: folder() })).toMatchObject({ code: 0 });
    await kmsxOk([...EXPORT_KEY, '--pubkey', 'chain.pub.pem', ...OUTPUTS], { cwd: folder() });
    await kmsxOk(
      ['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json', '--check-value-only'],
      {
        cwd: folder(),
      },
    );
  });

  it.each([1, 2])('asks which of two that issued nothing: %i', async (number) => {
    const [command, words] = [
      "awk '/-----BEGIN /{n++} n==NUMBER' chain.pem | openssl x509 > chain.pub.pem",
      ", with the number of the key's own certificate: 1 is CN=wrap, 2 is CN=ca",
    ];
    const then = { kmsx: [...EXPORT_KEY, '--dry-run', '--pubkey', 'chain.pub.pem'] };
    await expectHintsToWork(
      {
        what: 'two certificates',
        file: 'chain.pem',
        content: fileOf(['selfSigned', 'otherSelfSigned']),
        argv: [...EXPORT_KEY, '--pubkey', 'chain.pem', '--dry-run'],
        says: 'chain.pem holds 2 certificates, and none of them issued the others',
        hints: [{ command, words, given: { NUMBER: String(number) }, then }],
      },
      folder(),
    );
  });
});
