import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startLocalKms } from '../../../../src/local-kms/start-local-kms.ts';
import { firstState } from '../../../../src/local-kms/state/first-state.ts';
import { folderStorage } from '../../../../src/local-kms/state/storage/state-storage.ts';
import { TestKms, localKmsOptions } from '../../../support/local-kms/test-kms.ts';

let root: string;
let folder: string;
const open: TestKms[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kmsx-state-'));
  folder = join(root, 'kmsx', 'local-kms');
});
afterEach(async () => {
  for (const kms of open.splice(0)) await kms.close();
  rmSync(root, { recursive: true, force: true });
});

async function start(options: Parameters<typeof TestKms.start>[0] = {}): Promise<TestKms> {
  const kms = await TestKms.start({ stateFolder: folder, ...options });
  open.push(kms);
  return kms;
}

const stateFile = (): string => join(folder, 'state.json');
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('a kept state', () => {
  test('lies in a folder and a file of the owner alone', async () => {
    await start();
    expect(modeOf(folder)).toBe(0o700);
    expect(modeOf(stateFile())).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual([
      expect.stringMatching(/^journal-[0-9a-f]{16}\.jsonl$/),
      'lock.1',
      'state.json',
    ]);
    for (const name of readdirSync(folder)) expect(modeOf(join(folder, name))).toBe(0o600);
  });

  test('survives a restart: access key, keys, aliases, and what they encrypted', async () => {
    const first = await start();
    const EncryptionContext = '{"a":"1"}';
    const made = await first.succeed('GenerateDataKey', { KeyId: first.keyId, EncryptionContext });
    const created = await first.succeed('CreateKey', {
      KeySpec: 'RSA_2048',
      KeyUsage: 'ENCRYPT/DECRYPT',
      Description: 'é "quoted"',
    });
    const { KeyId = '' } = created['KeyMetadata'] as unknown as Record<string, string>;
    await first.succeed('CreateAlias', { KeyId, AliasName: 'alias/rsa' });
    const before = await first.call('DescribeKey', { KeyId: 'alias/rsa' });
    await first.close();

    const second = await start();
    expect({ ...second.announcement, Endpoint: '' }).toEqual({
      ...first.announcement,
      Endpoint: '',
      Keys: [...first.announcement.Keys, { KeyId, Aliases: ['alias/rsa'], KeySpec: 'RSA_2048' }],
    });
    const { CiphertextBlob = '', Plaintext } = made;
    const opened = await second.succeed('Decrypt', { CiphertextBlob, EncryptionContext });
    expect(opened['Plaintext']).toBe(Plaintext);
    const after = await second.call('DescribeKey', { KeyId: 'alias/rsa' });
    expect(after.body['KeyMetadata']).toEqual(before.body['KeyMetadata']);
  });

  test('has every key that was acknowledged, though the process died without a word', async () => {
    const first = await start();
    const answers = await Promise.all(Array.from({ length: 20 }, () => first.call('CreateKey')));
    const made = answers.map(({ body }) => (body['KeyMetadata'] as { KeyId: string }).KeyId);
    // What lies in the folder now is what a killed process leaves behind.
    const copy = join(root, 'copy');
    cpSync(folder, copy, { recursive: true });
    rmSync(join(copy, 'lock.1')); // this process lives
    const second = await start({ stateFolder: copy });
    const listed = await second.call('ListKeys', { PageSize: '100' });
    const keys = (listed.body['Keys'] as { Key: { KeyId: string }[] }).Key.map((key) => key.KeyId);
    expect(keys).toEqual(expect.arrayContaining(made));
  });

  test('a key that cannot be saved does not exist, and the next one can be made', async () => {
    await (await start()).close();
    const kms = await start();
    const away = join(root, 'away');
    const [journal = ''] = readdirSync(folder).filter((name) => name.startsWith('journal-'));
    const path = join(folder, journal);
    renameSync(path, away);
    mkdirSync(path);
    const refused = await kms.call('CreateKey');
    expect([refused.status, refused.body['Code']]).toEqual([500, 'InternalFailure']);
    expect(kms.log.at(-1)).toMatch(
      / CreateKey 500 InternalFailure \S+ \d+ms KmsxError\(file-unwritable\)$/,
    );
    expect((await kms.call('ListKeys')).body['TotalCount']).toBe(1);
    rmSync(path, { recursive: true });
    renameSync(away, path);
    expect((await kms.call('CreateKey')).status).toBe(200);
    expect((await kms.call('ListKeys')).body['TotalCount']).toBe(2);
  });

  test('never becomes larger than what will be read again', async () => {
    const storage = await folderStorage(folder, 0, localKmsOptions());
    const state = await firstState(new Date(), randomBytes);
    const [key] = state.keys.values();
    if (key === undefined) throw new Error('no key');
    // A line feed is one character here and two in JSON.
    const large = { ...key, description: '\n'.repeat(40 * 1024 * 1024) };
    await storage.save(state);
    await expect(storage.save({ ...state, keys: new Map([[key.keyId, large]]) })).rejects.toThrow(
      expect.objectContaining({ code: 'Rejected.LimitExceeded' }) as Error,
    );
    expect(await storage.load()).toEqual(state);
    await storage.close();
  });

  test('is used by one server at a time', async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(
      expect.objectContaining({ code: 'state-locked' }) as Error,
    );
    const waiting = start({ waitForLockMs: 60_000 });
    await first.close();
    await waiting;
  });

  test('is released when the signal aborts', async () => {
    const controller = new AbortController();
    await start({ signal: controller.signal });
    controller.abort();
    await start({ waitForLockMs: 60_000 });
  });

  test('is released when the server cannot start', async () => {
    const other = await start();
    const stateFolder = join(root, 'second');
    await expect(start({ stateFolder, port: other.port })).rejects.toThrow(
      expect.objectContaining({
        code: 'port-taken',
        details: { port: String(other.port), reason: 'EADDRINUSE' },
      }) as Error,
    );
    await start({ stateFolder });
  });

  test('is not touched when the signal has aborted before', async () => {
    const signal = AbortSignal.abort(new Error('interrupted'));
    await expect(start({ signal })).rejects.toThrow('interrupted');
    expect(existsSync(folder)).toBe(false);
  });
});

describe('a state that is not understood', () => {
  let good: Record<string, unknown>;

  beforeEach(async () => {
    await (await start()).close();
    good = JSON.parse(readFileSync(stateFile(), 'utf8')) as Record<string, unknown>;
  });

  const key = (changes: object): object => ({
    Keys: [{ ...(good['Keys'] as object[])[0], ...changes }],
  });
  const version = (changes: object): object => {
    const [first] = good['Keys'] as { Versions: object[] }[];
    return key({ Versions: [{ ...first?.Versions[0], ...changes }] });
  };

  test.each<[string, () => unknown, string]>([
    ['another Format', () => ({ ...good, Format: 'kmsx-local-kms-state/1' }), 'Format'],
    ['no Format', () => ({ ...good, Format: undefined }), 'Format'],
    ['a list', () => [good], ''],
    [
      'an account that is none',
      () => ({ ...good, ...key({ AccountId: 'me' }) }),
      'Keys[0].AccountId',
    ],
    ['no key for import tokens', () => ({ ...good, ImportTokenKey: '' }), 'ImportTokenKey'],
    ['an origin that is none', () => ({ ...good, ...key({ Origin: 'x' }) }), 'Keys[0].Origin'],
    ['tags that are no list', () => ({ ...good, ...key({ Tags: { a: 'b' } }) }), 'Keys[0].Tags'],
    [
      'a key that is deleted at no time',
      () => ({ ...good, ...key({ KeyState: 'PendingDeletion' }) }),
      'Keys[0].DeleteDate',
    ],
    [
      'an enabled key without material',
      () => ({ ...good, ...key({ Origin: 'EXTERNAL', Versions: [] }) }),
      'Keys[0].Versions',
    ],
    [
      'a rotation that is none',
      () => ({ ...good, ...key({ Rotation: { IntervalSeconds: 0.5 } }) }),
      'Keys[0].Rotation.IntervalSeconds',
    ],
    ['a policy that is none', () => ({ ...good, ...key({ Policy: [] }) }), 'Keys[0].Policy'],
    ['secrets that are no list', () => ({ ...good, Secrets: {} }), 'Secrets'],
    [
      'an alias of another account',
      () => ({
        ...good,
        Aliases: [{ ...(good['Aliases'] as object[])[0], AccountId: '1234567890123456' }],
      }),
      'Aliases',
    ],
    ['no access key', () => ({ ...good, AccessKeys: [] }), 'AccessKeys'],
    ['access keys that are no list', () => ({ ...good, AccessKeys: {} }), 'AccessKeys'],
    [
      'a secret that is none',
      () => ({ ...good, AccessKeys: [{ AccessKeyId: 'A', AccessKeySecret: 1 }] }),
      'AccessKeys[0].AccessKeySecret',
    ],
    ['no keys', () => ({ ...good, Keys: null }), 'Keys'],
    ['a key id that is none', () => ({ ...good, ...key({ KeyId: 'x' }) }), 'Keys[0].KeyId'],
    ['an unknown spec', () => ({ ...good, ...key({ KeySpec: 'EC_P521' }) }), 'Keys[0].KeySpec'],
    ['an unknown state', () => ({ ...good, ...key({ KeyState: 'enabled' }) }), 'Keys[0].KeyState'],
    ['an unknown usage', () => ({ ...good, ...key({ KeyUsage: '' }) }), 'Keys[0].KeyUsage'],
    [
      'a date that is none',
      () => ({ ...good, ...key({ CreationDate: '2026-99-01T00:00:00.000Z' }) }),
      'Keys[0].CreationDate',
    ],
    ['a key without versions', () => ({ ...good, ...key({ Versions: [] }) }), 'Keys[0].Versions'],
    [
      'material cut short',
      () => ({ ...good, ...version({ Material: 'AAAA' }) }),
      'Keys[0].Versions[0].Material',
    ],
    [
      'material that is no base64',
      () => ({ ...good, ...version({ Material: '*' }) }),
      'Keys[0].Versions[0].Material',
    ],
    [
      'material of another spec',
      () => ({ ...good, ...key({ KeySpec: 'RSA_2048' }) }),
      'Keys[0].Versions[0].Material',
    ],
    [
      'material of AES for SM4',
      () => ({ ...good, ...key({ KeySpec: 'Aliyun_SM4' }) }),
      'Keys[0].Versions[0].Material',
    ],
    [
      'material of AES for SM2',
      () => ({ ...good, ...key({ KeySpec: 'EC_SM2' }) }),
      'Keys[0].Versions[0].Material',
    ],
    [
      'a key twice',
      () => ({ ...good, Keys: [...(good['Keys'] as []), ...(good['Keys'] as [])] }),
      'Keys',
    ],
    ['an alias of no key', () => ({ ...good, Keys: [] }), 'Aliases'],
    [
      'an alias that is none',
      () => ({ ...good, Aliases: [{ AccountId: '1', AliasName: 'a', KeyId: 'b' }] }),
      'Aliases[0].AliasName',
    ],
  ])('is refused: %s', async (_what, document, place) => {
    const text = JSON.stringify(document());
    writeFileSync(stateFile(), text);
    await expect(start()).rejects.toThrow(
      expect.objectContaining({
        code: 'state-malformed',
        details: { path: stateFile(), place },
      }) as Error,
    );
    expect(readFileSync(stateFile(), 'utf8')).toBe(text);
  });

  test.each([
    ['nothing', ''],
    ['a document cut short', '{"Format":"kmsx-local-kms-state/2"'],
    ['a name twice', '{"Format":"kmsx-local-kms-state/2","Format":"kmsx-local-kms-state/2"}'],
  ])('is refused: %s', async (_what, text) => {
    writeFileSync(stateFile(), text);
    await expect(start()).rejects.toThrow(
      expect.objectContaining({ code: 'state-malformed' }) as Error,
    );
    expect(readFileSync(stateFile(), 'utf8')).toBe(text);
  });

  test('is refused without a word of what it holds', async () => {
    const canary = 'canary1234567890';
    const accessKeys = [{ AccessKeyId: 'A', AccessKeySecret: `${canary} ` }];
    writeFileSync(stateFile(), JSON.stringify({ ...good, AccessKeys: accessKeys }));
    const error: unknown = await start().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(JSON.stringify([error, String(error), (error as Error).cause ?? ''])).not.toContain(
      canary,
    );
  });

  test('does not keep its lock', async () => {
    const text = readFileSync(stateFile(), 'utf8');
    writeFileSync(stateFile(), '{}');
    await expect(start()).rejects.toThrow();
    writeFileSync(stateFile(), text);
    await start();
  });
});

describe('a folder that cannot be used', () => {
  test('is a file', async () => {
    const path = join(root, 'file');
    writeFileSync(path, '');
    for (const stateFolder of [path, join(path, 'below')]) {
      await expect(startLocalKms(localKmsOptions({ stateFolder }))).rejects.toThrow(
        expect.objectContaining({ code: 'file-unwritable' }) as Error,
      );
    }
  });

  test('may not be written', async () => {
    // Root may write everywhere but in the kernel's own file systems.
    const isRoot = process.getuid?.() === 0;
    const stateFolder = isRoot ? '/sys/kmsx-test-state' : join(root, 'closed');
    if (!isRoot) {
      mkdirSync(stateFolder);
      chmodSync(stateFolder, 0o500);
    }
    await expect(startLocalKms(localKmsOptions({ stateFolder }))).rejects.toThrow(
      expect.objectContaining({ code: 'file-unwritable' }) as Error,
    );
  });

  test('has a folder where the state should be', async () => {
    mkdirSync(join(folder, 'state.json'), { recursive: true });
    await expect(start()).rejects.toThrow(
      expect.objectContaining({ code: 'file-unreadable' }) as Error,
    );
  });
});
