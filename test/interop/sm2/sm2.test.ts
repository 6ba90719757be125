/* SM2 keys and ciphertexts of the openssl program, whose form is GM/T 0009 DER. The other direction: sm2/random.test.ts. */
import { execFile, execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { readPrivateKey } from '../../../src/wrapping/private-key/private-key.ts';
import { findWrappingAlgorithm } from '../../../src/wrapping/algorithms.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const localKms = useLocalKms();
const inFolder = (name: string): string => join(folder(), name);
const openssl = (...args: string[]): Buffer =>
  execFileSync('openssl', args, { cwd: folder(), stdio: ['ignore', 'pipe', 'pipe'] });
const noPassphrase = (): Promise<never> => Promise.reject(new Error('not encrypted'));

it('opens what openssl encrypts to a key of keygen, a thousand times', async () => {
  const keygen = ['keygen', '--wrapping-key-spec', 'EC_SM2', '--no-passphrase'];
  await kmsxOk([...keygen, '--privkey-out', 'k.pem', '--pubkey-out', 'p.pem'], { cwd: folder() });
  const key = await readPrivateKey(readFileSync(inFolder('k.pem')), 'k.pem', noPassphrase);
  const dataKeys = Array.from({ length: 1000 }, (_, index) => randomBytes(1 + (index % 256)));
  for (const [index, dataKey] of dataKeys.entries()) writeFileSync(inFolder(`${index}`), dataKey);
  const encrypting = 'openssl pkeyutl -encrypt -pubin -inkey p.pem -in "$n" -out "$n.der"';
  const loop = `n=0; while [ -e "$n" ]; do ${encrypting} || exit 1; n=$((n + 1)); done`;
  await promisify(execFile)('sh', ['-c', loop], { cwd: folder() });
  for (const [index, dataKey] of dataKeys.entries()) {
    const wrapped = readFileSync(inFolder(`${index}.der`));
    const opened = await key.unwrap(wrapped, findWrappingAlgorithm('SM2PKE'));
    expect(opened.bytes).toEqual(dataKey);
  }
});

it.each(['compressed', 'hybrid'])(
  'takes a key whose point openssl wrote %s for the same as with another form',
  async (form) => {
    const cwd = folder();
    const { endpoint, env } = await localKms({ cwd });
    openssl('genpkey', '-algorithm', 'SM2', '-out', 'plain.pem');
    openssl('pkey', '-in', 'plain.pem', '-pubout', '-out', 'usual.pem');
    openssl('ec', '-pubin', '-in', 'usual.pem', '-conv_form', form, '-out', 'pub.pem');
    openssl('ec', '-in', 'plain.pem', '-conv_form', form, '-out', 'other.pem');
    const exporting = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', 'pub.pem'];
    await kmsxOk([...exporting, ...endpoint, '--backup', 'b.json', '--out', 'e.json'], {
      cwd,
      env,
    });
    const usual = openssl('pkey', '-pubin', '-in', 'usual.pem', '-outform', 'DER');
    const digest = createHash('sha256').update(usual).digest('hex');
    expect(readFileSync(inFolder('e.json'), 'utf8')).toContain(`SHA256:${digest}`);
    const recovered = await kmsxOk(['recover-key', '--in', 'b.json', ...endpoint], { cwd, env });
    for (const key of ['plain.pem', 'other.pem']) {
      const unwrapping = ['unwrap-key', '--privkey', key, '--in', 'e.json'];
      expect(await kmsxOk(unwrapping, { cwd })).toBe(recovered);
    }
  },
);

it('lives its life with a key of openssl, encrypted and not', async () => {
  const cwd = folder();
  const { endpoint, env } = await localKms({ cwd });
  openssl('genpkey', '-algorithm', 'SM2', '-out', 'plain.pem');
  openssl('pkey', '-in', 'plain.pem', '-pubout', '-out', 'pub.pem');
  const sealing = ['-aes-256-cbc', '-passout', 'pass:a passphrase'];
  openssl('pkey', '-in', 'plain.pem', ...sealing, '-out', 'sealed.pem');
  writeFileSync(inFolder('pass.txt'), 'a passphrase\n');
  const exporting = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', 'pub.pem'];
  await kmsxOk([...exporting, ...endpoint, '--backup', 'b.json', '--out', 'e.json'], { cwd, env });
  const reexport = ['reexport-key', '--in', 'b.json', '--pubkey', 'pub.pem', '--out', 'again.json'];
  await kmsxOk([...reexport, ...endpoint], { cwd, env });
  const recovered = await kmsxOk(['recover-key', '--in', 'b.json', ...endpoint], { cwd, env });
  const keys = [['plain.pem'], ['sealed.pem', '--passphrase-file', 'pass.txt']];
  for (const key of keys) {
    for (const file of ['e.json', 'again.json']) {
      const unwrapping = ['unwrap-key', '--privkey', ...key, '--in', file];
      expect(await kmsxOk(unwrapping, { cwd })).toBe(recovered);
    }
    const verifying = ['verify-key', '--privkey', ...key, '--in', 'e.json', '--against', 'b.json'];
    expect(JSON.parse(await kmsxOk([...verifying, ...endpoint], { cwd, env }))).toMatchObject({
      Match: true,
    });
  }
});
