/* SM2 keys and ciphertexts of BouncyCastle, in both directions. */
import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import { encryptSm2, readSm2Point } from '../../../src/local-kms/encryption/sm2.ts';
import { findWrappingAlgorithm } from '../../../src/wrapping/algorithms.ts';
import { readPrivateKey } from '../../../src/wrapping/private-key/private-key.ts';
import { kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { sm2Forms } from '../../support/wrapping/sm2-forms.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const PROGRAM = join(HERE, 'bouncycastle');
const CASES = 300;

/** The forms, as the program calls them and as they are called here. */
const FORMS = [
  ['C1C3C2', '04-C1C3C2'],
  ['C1C2C3', '04-C1C2C3'],
  ['DER', 'DER'],
] as const;

const folder = useTempFolder();
const localKms = useLocalKms();
const inFolder = (name: string): string => join(folder(), name);
const noPassphrase = (): Promise<never> => Promise.reject(new Error('not encrypted'));

beforeAll(() => {
  const build = join(HERE, '..', 'build-java.sh');
  execFileSync('sh', [build, PROGRAM], { stdio: ['ignore', 2, 2] });
}, 600_000);

/** Asks the program, each request a line of words; values are in base64. */
function bouncyCastle(requests: readonly (readonly (string | Buffer)[])[]): Buffer[][] {
  const text = (word: string | Buffer): string =>
    typeof word === 'string' ? word : word.toString('base64');
  const input = requests.map((words) => `${words.map(text).join(' ')}\n`).join('');
  const output = execFileSync('sh', [join(PROGRAM, 'run.sh')], { input, encoding: 'utf8' });
  const lines = output.trimEnd().split('\n');
  expect(lines).toHaveLength(requests.length);
  return lines.map((line) => line.split(' ').map((word) => Buffer.from(word, 'base64')));
}

/** A key that keygen makes: PKCS#8 and SubjectPublicKeyInfo in DER. */
async function keygen(): Promise<readonly [pkcs8: Buffer, spki: Buffer]> {
  const making = ['keygen', '--wrapping-key-spec', 'EC_SM2', '--no-passphrase'];
  await kmsxOk([...making, '--privkey-out', 'k.pem', '--pubkey-out', 'p.pem'], { cwd: folder() });
  const privateKey = createPrivateKey(readFileSync(inFolder('k.pem')));
  const publicKey = createPublicKey(readFileSync(inFolder('p.pem')));
  return [
    privateKey.export({ type: 'pkcs8', format: 'der' }),
    publicKey.export({ type: 'spki', format: 'der' }),
  ];
}

function newKey(): readonly [pkcs8: Buffer, spki: Buffer, compressedSpki: Buffer] {
  const [[pkcs8, spki, compressed] = []] = bouncyCastle([['keys']]);
  if (pkcs8 === undefined || spki === undefined || compressed === undefined) {
    throw new Error('BouncyCastle made no key');
  }
  return [pkcs8, spki, compressed];
}

const randomKeys = (): Buffer[] =>
  Array.from({ length: CASES }, (_, index) => randomBytes(1 + (index % 256)));

describe.each([
  ['of keygen', keygen],
  ['of BouncyCastle', () => Promise.resolve(newKey())],
])('a key %s', (_, make) => {
  it.each(FORMS)('opens what BouncyCastle encrypts to it: %s', async (form) => {
    const [pkcs8, spki] = await make();
    const key = await readPrivateKey(Buffer.from(pkcs8), 'k.der', noPassphrase);
    const dataKeys = randomKeys();
    const encrypted = bouncyCastle(dataKeys.map((dataKey) => ['encrypt', form, spki, dataKey]));
    for (const [index, [wrapped = Buffer.alloc(0)]] of encrypted.entries()) {
      const opened = await key.unwrap(wrapped, findWrappingAlgorithm('SM2PKE'));
      expect(opened.bytes).toEqual(dataKeys[index]);
    }
  });

  it('lets BouncyCastle open what the embedded KMS encrypts to it, in each form', async () => {
    const [pkcs8, spki] = await make();
    const point = readSm2Point(spki) ?? '';
    const dataKeys = randomKeys();
    const requests = dataKeys.map((dataKey, index) => {
      const [form, name] = FORMS[index % 3] ?? FORMS[0];
      const raw = encryptSm2(dataKey, point) ?? Buffer.alloc(0);
      return ['decrypt', form, pkcs8, sm2Forms(raw)[name]];
    });
    expect(bouncyCastle(requests).flat()).toEqual(dataKeys);
  });
});

it.each(['usual', 'compressed'])(
  'lives its life with a key of BouncyCastle, its point %s',
  async (how) => {
    const cwd = folder();
    const { endpoint, env } = await localKms({ cwd });
    const [pkcs8, usual, compressed] = newKey();
    writeFileSync(inFolder('k.der'), pkcs8);
    writeFileSync(inFolder('p.der'), how === 'usual' ? usual : compressed);
    const exporting = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', 'p.der'];
    await kmsxOk([...exporting, ...endpoint, '--backup', 'b.json', '--out', 'e.json'], {
      cwd,
      env,
    });
    const recovered = await kmsxOk(['recover-key', '--in', 'b.json', ...endpoint], { cwd, env });
    expect(await kmsxOk(['unwrap-key', '--privkey', 'k.der', '--in', 'e.json'], { cwd })).toBe(
      recovered,
    );
    const { Exports } = JSON.parse(readFileSync(inFolder('e.json'), 'utf8')) as ExportDocument;
    const wrapped = Buffer.from(Exports[0]?.ExportedDataKey ?? '', 'base64');
    const [[opened] = []] = bouncyCastle([['decrypt', 'C1C3C2', pkcs8, wrapped]]);
    expect(opened?.toString('base64')).toBe(recovered.trim());
    const verifying = ['verify-key', '--privkey', 'k.der', '--in', 'e.json', '--against', 'b.json'];
    expect(JSON.parse(await kmsxOk([...verifying, ...endpoint], { cwd, env }))).toMatchObject({
      Match: true,
    });
  },
);
