/* kmsx/local-kms as a test suite uses it, with the official SDK. */
import { EventEmitter, once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import kmsSdk, { DecryptRequest, EncryptRequest, ListKeysRequest } from '@alicloud/kms20160120';
import { Config } from '@alicloud/openapi-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import type {
  LocalKms,
  LocalKmsErrorCode,
  LocalKmsOptions,
} from '../../../src/library/local-kms.ts';
import { LocalKmsError, startLocalKms } from '../../../src/library/local-kms.ts';
import { commandEnvironment } from '../../../src/local-kms/client-environment.ts';
import type { LocalKmsAnnouncement } from '../../../src/local-kms/start-local-kms.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

async function start(options?: LocalKmsOptions): Promise<LocalKms> {
  const kms = await startLocalKms(options);
  onTestFinished(() => kms.close());
  return kms;
}

function clientOf(kms: LocalKms): InstanceType<typeof kmsSdk.default> {
  const { accessKeyId, accessKeySecret, region, host, protocol } = kms;
  const config: Readonly<Config> = new Config({
    accessKeyId,
    accessKeySecret,
    regionId: region,
    endpoint: host,
    protocol,
  });
  return new kmsSdk.default(config);
}

const countKeys = async (kms: LocalKms): Promise<number | undefined> =>
  (await clientOf(kms).listKeys(new ListKeysRequest({}))).totalCount;

/** A seed with so many KMS keys, `alias/key-1` and on. */
const seedOf = (keys: number): object => ({
  Format: 'kmsx-local-kms-seed/1',
  DeriveFrom: 'a test suite',
  Accounts: [
    {
      AccountId: '1234567890123456',
      AccessKeys: [{ AccessKeyId: 'LTAI5tTest', AccessKeySecret: 'notAnActualSecret' }],
      Keys: Array.from({ length: keys }, (_, index) => ({ Aliases: [`alias/key-${index + 1}`] })),
    },
  ],
});

describe('startLocalKms', () => {
  it('needs no options: a client of what it returns encrypts and decrypts', async () => {
    const kms = await start();
    expect(kms).toMatchObject({ protocol: 'http', region: 'cn-local', hadState: false });
    expect(kms.endpoint).toBe(`http://${kms.host}`);
    expect(kms.host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(kms.keys).toMatchObject([{ aliases: ['alias/rehearsal'], keySpec: 'Aliyun_AES_256' }]);
    const client = clientOf(kms);
    const plaintext = Buffer.from('the plaintext').toString('base64');
    const { ciphertextBlob, keyId } = await client.encrypt(
      new EncryptRequest({ keyId: 'alias/rehearsal', plaintext }),
    );
    expect(keyId).toBe(kms.keys[0]?.keyId);
    const decrypted = await client.decrypt(new DecryptRequest({ ciphertextBlob }));
    expect(decrypted.plaintext).toBe(plaintext);
  });

  it.each([
    ['an object', seedOf(3)],
    ['JSON text', JSON.stringify(seedOf(3))],
  ])('takes a seed as %s', async (_, seed) => {
    const kms = await start({ seed });
    expect(kms.accessKeyId).toBe('LTAI5tTest');
    expect(kms.keys.flatMap(({ aliases }) => aliases)).toEqual(
      [1, 2, 3].map((n) => `alias/key-${n}`),
    );
    expect(await countKeys(kms)).toBe(3);
  });

  it('keeps its state in a folder, and says that a seed is not used then', async () => {
    const state = join(folder(), 'a', 'state');
    const first = await start({ state, seed: seedOf(2) });
    expect(first.hadState).toBe(false);
    await first.close();
    const second = await start({ state, seed: seedOf(5) });
    expect(second).toMatchObject({ hadState: true, keys: first.keys });
  });

  it('runs several servers at once, each on its own', async () => {
    const [one, other] = [await start(), await start({ seed: seedOf(4) })];
    expect(one.endpoint).not.toBe(other.endpoint);
    await one.close();
    await expect(countKeys(one)).rejects.toThrow();
    expect(await countKeys(other)).toBe(4);
  });

  it('serves HTTPS under an authority of its own, whose file goes with the server', async () => {
    const kms = await start({ tls: true });
    expect(kms).toMatchObject({ protocol: 'https', endpoint: `https://${kms.host}` });
    const { caFile = '' } = kms;
    expect(readFileSync(caFile, 'utf8')).toContain('BEGIN CERTIFICATE');
    expect(kms.env['KMSX_CA_FILE']).toBe(caFile);
    await kms.close();
    expect(existsSync(caFile)).toBe(false);
  });

  it('has the clock that it is given, and a log of requests', async () => {
    const log: string[] = [];
    const kms = await start({
      now: () => new Date('2001-01-01T00:00:00Z'),
      log: (line) => log.push(line),
    });
    await expect(countKeys(kms)).rejects.toThrow(/InvalidTimeStamp|IllegalTimestamp/);
    expect(log).toEqual([expect.stringMatching(/^2001-01-01T00:00:00.*ListKeys 400/)]);
  });
});

describe('faults', () => {
  it('strike as at --fault, and are replaced while it runs', async () => {
    const kms = await start({ faults: ['throttle:action=ListKeys,first=1'] });
    await expect(countKeys(kms)).rejects.toThrow('Rejected.Throttling');
    expect(await countKeys(kms)).toBe(1);
    kms.setFaults(['error:action=ListKeys']);
    await expect(countKeys(kms)).rejects.toThrow('InternalFailure');
    kms.setFaults([]);
    expect(await countKeys(kms)).toBe(1);
  });

  it('that are none change nothing', async () => {
    const kms = await start({ faults: ['error:action=ListKeys'] });
    expect(() => {
      kms.setFaults(['throttle:frist=1']);
    }).toThrow(LocalKmsError);
    await expect(countKeys(kms)).rejects.toThrow('InternalFailure');
  });
});

describe('the environment', () => {
  it('is what kmsx local-kms -- COMMAND gives, with or without another one', async () => {
    const kms = await start();
    const announcement = JSON.parse(kms.env['KMSX_LOCAL_KMS'] ?? '') as LocalKmsAnnouncement;
    expect(announcement).toMatchObject({ Endpoint: kms.endpoint, AccessKeyId: kms.accessKeyId });
    expect(kms.env).toEqual(commandEnvironment(announcement, {}));
    const from = { PATH: '/bin', ALIBABA_CLOUD_SECURITY_TOKEN: 'real', NO_PROXY: 'intranet' };
    expect(kms.commandEnvironment(from)).toEqual(commandEnvironment(announcement, from));
    expect(kms.commandEnvironment(from)).toMatchObject({
      PATH: '/bin',
      KMSX_ENDPOINT: kms.endpoint,
      NO_PROXY: expect.stringMatching(/^intranet,127\.0\.0\.1/) as string,
    });
    expect(kms.commandEnvironment(from)).not.toHaveProperty('ALIBABA_CLOUD_SECURITY_TOKEN');
  });
});

describe('the environment of a command', () => {
  it.each([
    'ALIBABA_CLOUD_SECURITY_TOKEN',
    'ALICLOUD_ACCESS_KEY',
    'ALIYUN_ACCESS_KEY_ID',
    'OSS_ACCESS_KEY_SECRET',
    'ACCESS_KEY',
    'SECURITY_TOKEN',
    'KMSX_GATEWAY',
    'KMSX_STORE',
  ])('has no %s of a real account', async (name) => {
    const kms = await start();
    expect(kms.commandEnvironment({ [name]: 'real' })).not.toHaveProperty(name);
  });

  it.each([
    [{}, '127.0.0.1,localhost,::1'],
    [{ NO_PROXY: '', no_proxy: 'intranet' }, 'intranet,127.0.0.1,localhost,::1'],
    [{ no_proxy: '*' }, '*'],
  ])('reaches loopback past a proxy, with %j', async (from, expected) => {
    const { NO_PROXY, no_proxy } = (await start()).commandEnvironment(from);
    expect([NO_PROXY, no_proxy]).toEqual([expected, expected]);
  });
});

describe('the end of a server', () => {
  it('is close, any number of times, and a request that waits is answered first', async () => {
    const log = new EventEmitter();
    const received = once(log, 'line');
    const kms = await start({
      faults: ['delay:ms=999999'],
      log: (line) => void log.emit('line', line),
    });
    const counted = countKeys(kms);
    expect(await received).toEqual([expect.stringContaining('ListKeys 200')]);
    await Promise.all([kms.close(), kms.close()]);
    expect(await counted).toBe(1);
    await kms.close();
    await expect(fetch(`${kms.endpoint}/health`)).rejects.toThrow();
  });

  it('is the end of its scope', async () => {
    const kms = await start();
    await kms[Symbol.asyncDispose]();
    await expect(fetch(`${kms.endpoint}/health`)).rejects.toThrow();
  });

  it('is the abort of a signal, before or after it started', async () => {
    const stop = new AbortController();
    const kms = await start({ signal: stop.signal });
    expect((await fetch(`${kms.endpoint}/health`)).status).toBe(200);
    stop.abort(new Error('enough'));
    await kms.close();
    await expect(fetch(`${kms.endpoint}/health`)).rejects.toThrow();
    await expect(startLocalKms({ signal: stop.signal })).rejects.toThrow('enough');
    const soon = new AbortController();
    const starting = startLocalKms({ signal: soon.signal });
    soon.abort(new Error('sooner'));
    await expect(starting).rejects.toThrow('sooner');
  });
});

/** What cannot start, by what it is refused with. */
const REFUSED: Readonly<
  Record<Exclude<LocalKmsErrorCode, 'disk-full'>, (place: string) => Promise<LocalKmsOptions>>
> = {
  'fault-malformed': () => Promise.resolve({ faults: ['throtle'] }),
  'file-unreadable': (place) => {
    mkdirSync(join(place, 'state.json'));
    return Promise.resolve({ state: place });
  },
  'file-unwritable': (place) => {
    writeFileSync(join(place, 'file'), '');
    return Promise.resolve({ state: join(place, 'file') });
  },
  'json-malformed': () => Promise.resolve({ seed: './seed.json' }),
  'json-name-twice': () => Promise.resolve({ seed: '{"Format":1,"Format":2}' }),
  'port-taken': async () => ({ port: Number(new URL((await start()).endpoint).port) }),
  'seed-malformed': () => Promise.resolve({ seed: { Accounts: [] } }),
  'state-locked': async (place) => {
    await start({ state: place });
    return { state: place };
  },
  'state-malformed': (place) => {
    writeFileSync(join(place, 'state.json'), '{}');
    return Promise.resolve({ state: place });
  },
};

describe('ca.pem in the folder of a state', () => {
  it('is replaced where a server made it', async () => {
    const first = await start({ state: folder(), tls: true });
    const made = readFileSync(first.caFile ?? '', 'utf8');
    await first.close();
    const second = await start({ state: folder(), tls: true });
    expect(second.caFile).toBe(first.caFile);
    expect(readFileSync(second.caFile ?? '', 'utf8')).not.toBe(made);
  });

  it.each([
    [
      'of somebody else',
      (path: string) => {
        writeFileSync(path, 'a CA of mine');
      },
    ],
    [
      'that is a link',
      (path: string) => {
        symlinkSync('victim', path);
      },
    ],
    [
      'that is a folder',
      (path: string) => {
        mkdirSync(path);
      },
    ],
  ])('%s is left alone', async (_, make) => {
    writeFileSync(join(folder(), 'victim'), 'a CA of mine');
    const path = join(folder(), 'ca.pem');
    make(path);
    const refused = startLocalKms({ state: folder(), tls: true });
    await expect(refused).rejects.toMatchObject({ code: 'file-unwritable' });
    expect(readFileSync(join(folder(), 'victim'), 'utf8')).toBe('a CA of mine');
    if (lstatSync(path).isFile()) expect(readFileSync(path, 'utf8')).toBe('a CA of mine');
    await (await startLocalKms({ state: folder() })).close();
  });
});

describe('a refusal', () => {
  it.each(Object.entries(REFUSED))('is %s, with a hint in words of the API', async (code, make) => {
    const error: unknown = await startLocalKms(await make(folder())).catch((it: unknown) => it);
    expect(error).toBeInstanceOf(LocalKmsError);
    expect(error).toMatchObject({ name: 'LocalKmsError', code });
    const { message, hint } = error as LocalKmsError;
    expect(message).not.toBe('');
    expect(hint).not.toMatch(/^$|--|\bkmsx /);
  });

  it.each<[object, string]>([
    [{ port: 65_536 }, 'port takes a whole number'],
    [{ port: '80' }, 'port takes'],
    [{ seed: null }, 'seed takes an object'],
    [{ state: '' }, 'state takes the path'],
    [{ tls: 'yes' }, 'tls takes true or false'],
    [{ faults: 'throttle' }, 'faults takes an array'],
    [{ log: console }, 'log takes a function'],
    [{ now: 0 }, 'now takes a function'],
    [{ signal: {} }, 'signal takes an AbortSignal'],
    [{ signal: { throwIfAborted: () => undefined } }, 'signal takes an AbortSignal'],
    [{ faults: new Array(2) }, 'faults takes an array'],
    [[], 'the options are an object'],
    [{ fault: [] }, 'no option fault: port, seed'],
    [{ toString: 1 }, 'no option toString'],
  ])('is a TypeError where the types do not allow it: %j', async (options, message) => {
    const refused = startLocalKms(options);
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.toThrow(message);
  });
});
