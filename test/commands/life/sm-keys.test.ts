/* KMS keys of SM2 and SM4 in a data key's life: it is generated under Aliyun_SM4, exported to an EC_SM2 key of KMS, and
   comes back under a symmetric key. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Server } from '../../support/kmsx.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { signedCall } from '../../support/local-kms/signed-call.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

async function createKey(
  { announcement }: Server,
  query: Readonly<Record<string, string>>,
): Promise<string> {
  const { KeyMetadata } = await signedCall(announcement, 'CreateKey', query);
  return (KeyMetadata as { KeyId: string }).KeyId;
}

async function versionOf({ announcement }: Server, KeyId: string): Promise<string> {
  const { KeyVersions } = await signedCall(announcement, 'ListKeyVersions', { KeyId });
  const { KeyVersion } = KeyVersions as { KeyVersion: { KeyVersionId: string }[] };
  return KeyVersion[0]?.KeyVersionId ?? '';
}

async function putPublicKey(server: Server, KeyId: string, file: string): Promise<string> {
  const KeyVersionId = await versionOf(server, KeyId);
  const { PublicKey } = await signedCall(server.announcement, 'GetPublicKey', {
    KeyId,
    KeyVersionId,
  });
  writeFileSync(join(folder(), file), String(PublicKey));
  return KeyVersionId;
}

it('a data key lives under Aliyun_SM4, and comes back from the export for an EC_SM2 key', async () => {
  const cwd = folder();
  const server = await localKms({ cwd }, ['--state', 'state']);
  const { env } = server;
  const sm4 = await createKey(server, { KeySpec: 'Aliyun_SM4' });
  const sm2 = { KeySpec: 'EC_SM2', KeyUsage: 'ENCRYPT/DECRYPT' };
  const [target, other] = [await createKey(server, sm2), await createKey(server, sm2)];
  const version = await putPublicKey(server, target, 'sm2.pub.pem');
  const otherVersion = await putPublicKey(server, other, 'other.pub.pem');
  const ask = (...args: string[]): Promise<string> =>
    kmsxOk([...args, ...server.endpoint], { cwd, env });

  const keygen = ['keygen', '--wrapping-key-spec', 'EC_SM2', '--no-passphrase'];
  await kmsxOk([...keygen, '--privkey-out', 'k.pem', '--pubkey-out', 'k.pub.pem'], { cwd });
  await ask(
    ...['export-key', '--key-id', sm4, '--bind', '--context', 'purpose=payments'],
    ...['--pubkey', 'sm2.pub.pem', '--pubkey', 'k.pub.pem'],
    ...['--backup', 'backup.json', '--out', 'export.json'],
  );
  const { Exports, EncryptionContext } = JSON.parse(
    readFileSync(join(cwd, 'export.json'), 'utf8'),
  ) as {
    Exports: { PublicKeyFingerprint: string }[];
    EncryptionContext: Record<string, string>;
  };
  const chosen = ['--expect-fingerprint', Exports[0]?.PublicKeyFingerprint ?? ''];
  const back = ['reencrypt-key', '--in', 'export.json', '--to-key-id', 'alias/rehearsal'];
  const context = Object.entries(EncryptionContext)
    .filter(([name]) => name === 'kmsx:id')
    .flatMap(([name, value]) => ['--to-context', `${name}=${value}`]);
  const from = ['--source-key-id', target, '--source-key-version-id', version, ...chosen];
  await ask(...back, ...context, ...from, '--backup', 'new.json');
  await ask('reencrypt-key', '--in', 'new.json', '--to-key-id', sm4, '--backup', 'again.json');
  const against = ['backup.json', 'new.json', 'again.json'].flatMap((file) => ['--against', file]);
  const verified = await ask(
    ...['verify-key', '--in', 'export.json', '--privkey', 'k.pem', ...against],
  );
  expect(JSON.parse(verified)).toMatchObject({
    Match: true,
    Backups: [
      { File: 'backup.json', Match: true, KeyId: sm4 },
      { File: 'new.json', Match: true, KeyId: server.announcement.Keys[0]?.KeyId },
      { File: 'again.json', Match: true, KeyId: sm4 },
    ],
  });

  const wrong = ['--source-key-id', other, '--source-key-version-id', otherVersion, ...chosen];
  const refused = await kmsx([...back, ...context, ...wrong, ...server.endpoint], { cwd, env });
  expect(refused).toMatchObject({ code: 4, stdout: '' });
  expect(refused.stderr).toContain(`was the export made for the public key of ${other}`);

  const listed = (await ask('list-keys'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(listed).toContainEqual(
    expect.objectContaining({ KeyId: sm4, KeySpec: 'Aliyun_SM4', Usable: true }),
  );
  expect(listed).toContainEqual(
    expect.objectContaining({ KeyId: target, KeySpec: 'EC_SM2', Usable: false }),
  );
  const doctor = ['doctor', '--key-id', sm4, '--pubkey', 'k.pub.pem', ...server.endpoint];
  const examined = await kmsx(doctor, { cwd, env });
  expect(examined.code, examined.stderr).toBe(0);
});
