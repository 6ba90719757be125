/* The embedded KMS exports under SM2 keys in DER where --fault asks for it, and kmsx takes that as it takes the usual form. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import type { Server } from '../../support/kmsx.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { SM2_FORMS_SEEN } from '../../support/wrapping/sm2-forms.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const DER = SM2_FORMS_SEEN.DER;
const RAW = SM2_FORMS_SEEN['04-C1C3C2'];

const folder = useTempFolder();
const localKms = useLocalKms();
const own = (...args: string[]): Promise<string> => kmsxOk(args, { cwd: folder() });
const ask = ({ endpoint, env }: Server, ...args: string[]): Promise<string> =>
  kmsxOk([...args, ...endpoint], { cwd: folder(), env });

beforeEach(async () => {
  const keygen = ['keygen', '--wrapping-key-spec', 'EC_SM2', '--no-passphrase'];
  await own(...keygen, '--privkey-out', 'sm2.pem', '--pubkey-out', 'sm2.pub.pem');
});

async function exportKey(server: Server, size: string): Promise<ExportDocument> {
  const keys = ['--pubkey', 'sm2.pub.pem', '--pubkey', PUBKEY];
  const exporting = ['export-key', '--key-id', 'alias/rehearsal', '--number-of-bytes', size];
  await ask(server, ...exporting, ...keys, '--backup', 'b.json', '--out', 'e.json');
  return JSON.parse(readFileSync(join(folder(), 'e.json'), 'utf8')) as ExportDocument;
}

/** What `inspect` says of each export in a file. */
async function formsIn(file: string): Promise<unknown[]> {
  const { Exports } = JSON.parse(await own('inspect', file)) as {
    Exports: { Sm2Forms?: unknown }[];
  };
  return Exports.map(({ Sm2Forms }) => Sm2Forms);
}

it.each(['1', '16', '100', '190'])(
  'a data key of %s bytes is opened, verified, and exported again',
  async (size) => {
    const server = await localKms({ cwd: folder() }, ['--fault', 'sm2-der']);
    const { Exports } = await exportKey(server, size);
    expect(await formsIn('e.json')).toEqual([DER, undefined]);
    const recovered = await ask(server, 'recover-key', '--in', 'b.json');
    const toSm2 = ['reexport-key', '--in', 'b.json', '--pubkey', 'sm2.pub.pem'];
    await ask(server, ...toSm2, '--out', 'again.json');
    expect(await formsIn('again.json')).toEqual([DER]);
    for (const [key, file] of [
      ['sm2.pem', 'e.json'],
      ['sm2.pem', 'again.json'],
      [PRIVKEY, 'e.json'],
    ] as const) {
      expect(await own('unwrap-key', '--privkey', key, '--in', file)).toBe(recovered);
    }
    const verifying = ['verify-key', '--privkey', 'sm2.pem', '--in', 'e.json'];
    const verified = await ask(server, ...verifying, '--against', 'b.json');
    expect(JSON.parse(verified)).toMatchObject({ Match: true });

    const bare = Exports[0]?.ExportedDataKey ?? '';
    writeFileSync(join(folder(), 'bare.txt'), `${bare}\n`);
    expect(JSON.parse(await own('inspect', 'bare.txt'))).toMatchObject({
      Type: 'bare ciphertext',
      MayBe: ['ExportedDataKey'],
      Sm2Forms: DER,
    });
    const unwrapping = ['unwrap-key', '--privkey', 'sm2.pem', '--in', 'bare.txt'];
    expect(await own(...unwrapping, '--wrapping-algorithm', 'SM2PKE')).toBe(recovered);
  },
);

it('strikes the calls that are selected, and others have the usual form', async () => {
  const der = ['--fault', 'sm2-der:action=ExportDataKey,after=1,first=1'];
  const server = await localKms({ cwd: folder() }, [...der, '--fault', 'throttle:first=1']);
  await exportKey(server, '32');
  expect(await formsIn('e.json')).toEqual([RAW, undefined]);
  const toSm2 = ['reexport-key', '--in', 'b.json', '--pubkey', 'sm2.pub.pem'];
  for (const [file, form] of [
    ['second.json', DER],
    ['third.json', RAW],
  ] as const) {
    await ask(server, ...toSm2, '--out', file);
    expect(await formsIn(file)).toEqual([form]);
  }
});

it('a changed export in DER is opened by no key', async () => {
  const server = await localKms({ cwd: folder() }, ['--fault', 'sm2-der']);
  const { Exports } = await exportKey(server, '32');
  const bytes = Buffer.from(Exports[0]?.ExportedDataKey ?? '', 'base64');
  for (const at of [0, 5, 50, bytes.length - 40, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(join(folder(), 'changed.txt'), changed.toString('base64'));
    const unwrapping = ['unwrap-key', '--privkey', 'sm2.pem', '--in', 'changed.txt'];
    const { code } = await kmsx([...unwrapping, '--wrapping-algorithm', 'SM2PKE'], {
      cwd: folder(),
    });
    expect([at, code]).toEqual([at, 6]);
  }
});
