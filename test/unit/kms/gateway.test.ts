import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import type { GatewayOptions } from '../../../src/kms/gateway.ts';
import { localGateway, needsProfileRegion, resolveGateway } from '../../../src/kms/gateway.ts';

function refusal(options: Partial<GatewayOptions>): KmsxError {
  try {
    resolveGateway({ env: {}, ...options });
  } catch (error) {
    if (error instanceof KmsxError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('resolveGateway', () => {
  test.each<[string, Partial<GatewayOptions>, object]>([
    [
      'is the public gateway of the region by default',
      { region: 'cn-hangzhou' },
      {
        kind: 'public',
        protocol: 'https',
        host: 'kms.cn-hangzhou.aliyuncs.com',
        url: 'https://kms.cn-hangzhou.aliyuncs.com',
        region: 'cn-hangzhou',
        onlyCaFile: false,
      },
    ],
    [
      'is the gateway of the VPC',
      { gateway: 'vpc', region: 'eu-central-1' },
      {
        kind: 'vpc',
        protocol: 'https',
        host: 'kms-vpc.eu-central-1.aliyuncs.com',
        url: 'https://kms-vpc.eu-central-1.aliyuncs.com',
        region: 'eu-central-1',
        onlyCaFile: false,
      },
    ],
    [
      'is a dedicated gateway, without a region and with an authority of its own',
      { gateway: 'kst-hzz62f1cb66fa42qo8abc' },
      {
        kind: 'instance',
        protocol: 'https',
        host: 'kst-hzz62f1cb66fa42qo8abc.cryptoservice.kms.aliyuncs.com',
        url: 'https://kst-hzz62f1cb66fa42qo8abc.cryptoservice.kms.aliyuncs.com',
        onlyCaFile: true,
      },
    ],
    [
      'is an endpoint, https where nothing is said',
      { endpoint: 'KMS.Example.com:8443' },
      {
        kind: 'endpoint',
        protocol: 'https',
        host: 'kms.example.com',
        port: 8443,
        url: 'https://kms.example.com:8443',
        onlyCaFile: false,
      },
    ],
    ['is the embedded KMS', { gateway: 'local', region: 'not a region' }, { kind: 'local' }],
    [
      'takes the variables where no flag is given',
      { env: { KMSX_GATEWAY: 'vpc', ALIBABA_CLOUD_REGION_ID: 'cn-beijing' } },
      {
        kind: 'vpc',
        protocol: 'https',
        host: 'kms-vpc.cn-beijing.aliyuncs.com',
        url: 'https://kms-vpc.cn-beijing.aliyuncs.com',
        region: 'cn-beijing',
        onlyCaFile: false,
      },
    ],
    [
      'lets --gateway win over both variables',
      {
        gateway: 'public',
        region: 'cn-beijing',
        env: { KMSX_GATEWAY: 'local', KMSX_ENDPOINT: 'http://127.0.0.1:1' },
      },
      {
        kind: 'public',
        protocol: 'https',
        host: 'kms.cn-beijing.aliyuncs.com',
        url: 'https://kms.cn-beijing.aliyuncs.com',
        region: 'cn-beijing',
        onlyCaFile: false,
      },
    ],
    [
      'lets --endpoint win over both variables',
      { endpoint: 'http://127.0.0.1:4000', env: { KMSX_GATEWAY: 'vpc', KMSX_ENDPOINT: 'x' } },
      {
        kind: 'endpoint',
        protocol: 'http',
        host: '127.0.0.1',
        port: 4000,
        url: 'http://127.0.0.1:4000',
        onlyCaFile: false,
      },
    ],
  ])('%s', (_, options, expected) => {
    expect(resolveGateway({ env: {}, ...options })).toEqual(expected);
  });

  test.each<[Partial<GatewayOptions>, boolean]>([
    [{ endpoint: 'KST-x.cryptoservice.kms.aliyuncs.com:8443' }, true],
    [{ env: { KMSX_ENDPOINT: 'https://kst-x.cryptoservice.kms.aliyuncs.com' } }, true],
    [{ endpoint: 'kst-x.cryptoservice.kms.aliyuncs.com.example.com' }, false],
    [{ endpoint: 'kms.cn-hangzhou.aliyuncs.com' }, false],
  ])('trusts --ca-file alone for a dedicated gateway by its address: %j (%s)', (options, only) => {
    expect(resolveGateway({ env: {}, ...options })).toMatchObject({
      kind: 'endpoint',
      onlyCaFile: only,
    });
  });

  test('takes an empty variable for one that is not set', () => {
    const env = { KMSX_GATEWAY: '', KMSX_ENDPOINT: '', ALIBABA_CLOUD_REGION_ID: '' };
    expect(refusal({ env }).code).toBe('region-missing');
    expect(resolveGateway({ region: 'cn-beijing', env })).toHaveProperty('kind', 'public');
  });

  test('takes the region of the flag, then the ARN, the environment, the profile', () => {
    const all: GatewayOptions = {
      region: 'r-flag',
      keyRegion: 'r-flag',
      env: { ALIBABA_CLOUD_REGION_ID: 'r-env' },
      profileRegion: 'r-profile',
    };
    const region = (options: GatewayOptions): unknown =>
      Reflect.get(resolveGateway(options), 'region');
    expect(region(all)).toBe('r-flag');
    expect(region({ ...all, region: undefined, keyRegion: 'r-arn' })).toBe('r-arn');
    expect(region({ ...all, region: undefined, keyRegion: undefined })).toBe('r-env');
    expect(region({ env: {}, profileRegion: 'r-profile' })).toBe('r-profile');
  });

  test.each<[string, Partial<GatewayOptions>, string]>([
    ['--gateway beside --endpoint', { gateway: 'vpc', endpoint: 'x' }, 'options-conflict'],
    [
      'KMSX_GATEWAY beside KMSX_ENDPOINT',
      { env: { KMSX_GATEWAY: 'vpc', KMSX_ENDPOINT: 'x' } },
      'options-conflict',
    ],
    ['KMSX_GATEWAY=local', { env: { KMSX_GATEWAY: 'local' } }, 'environment-refused'],
    ['no region for public', { gateway: 'public' }, 'region-missing'],
    ['no region for vpc', { gateway: 'vpc' }, 'region-missing'],
    [
      'another region than that of the ARN',
      { region: 'cn-hangzhou', keyRegion: 'cn-beijing' },
      'region-contradicts',
    ],
    ['a region that changes the host', { region: 'evil.example/#' }, 'region-malformed'],
    [
      'such a region in the document',
      { documentRegion: 'evil.example/#', env: { ALIBABA_CLOUD_REGION_ID: 'cn-hangzhou' } },
      'region-malformed',
    ],
    [
      'another region in the document than that of the ARN',
      { documentRegion: 'cn-hangzhou', keyRegion: 'cn-beijing' },
      'region-contradicts',
    ],
    ['a region in capitals', { region: 'CN-HANGZHOU' }, 'region-malformed'],
    ['an empty region', { region: '' }, 'region-malformed'],
    ['a region that ends in a hyphen', { region: 'cn-' }, 'region-malformed'],
    [
      'such a region in the environment',
      { env: { ALIBABA_CLOUD_REGION_ID: 'a.b' } },
      'region-malformed',
    ],
    ['such a region in the profile', { profileRegion: 'a@b' }, 'region-malformed'],
    ['the region of the embedded KMS', { region: 'cn-local' }, 'rehearsal-mixed'],
    ['it with vpc', { gateway: 'vpc', keyRegion: 'cn-local' }, 'rehearsal-mixed'],
    ['it in a profile', { profileRegion: 'cn-local' }, 'rehearsal-mixed'],
    [
      'it in the environment',
      { env: { ALIBABA_CLOUD_REGION_ID: 'cn-local', KMSX_ENDPOINT: '' } },
      'rehearsal-mixed',
    ],
    ['an instance id that changes the host', { gateway: 'kst-x.evil' }, 'gateway-malformed'],
    ['an instance id without a name', { gateway: 'kst-' }, 'gateway-malformed'],
    ['an unknown gateway', { gateway: 'privat', region: 'cn-beijing' }, 'gateway-malformed'],
    ['an empty gateway', { gateway: '', region: 'cn-beijing' }, 'gateway-malformed'],
    ['an empty endpoint', { endpoint: '' }, 'gateway-malformed'],
  ])('refuses %s', (_, options, code) => {
    const error = refusal(options);
    expect(error.code).toBe(code);
    expect(error.kind).toBe('usage');
  });

  test('says of a region that is none whose it is', () => {
    const env = { ALIBABA_CLOUD_REGION_ID: 'a.b' };
    const whose = (options: Partial<GatewayOptions>): string => refusal(options).message;
    expect(whose({ region: 'a.b', documentRegion: 'a.b', env })).toMatch(
      /^--region is not a region/,
    );
    expect(whose({ documentRegion: 'a.b', env })).toMatch(/^the document's Region is not a region/);
    expect(whose({ keyRegion: 'a.b', env })).toMatch(/^the ARN is not a region/);
    expect(whose({ env })).toMatch(/^ALIBABA_CLOUD_REGION_ID is not a region/);
    expect(resolveGateway({ region: 'cn-beijing', documentRegion: 'a.b', env })).toHaveProperty(
      'region',
      'cn-beijing',
    );
  });

  test('does not mind the region of the embedded KMS at an endpoint', () => {
    const options = { region: 'cn-local', endpoint: 'http://127.0.0.1:4000', env: {} };
    expect(resolveGateway(options)).toMatchObject({ kind: 'endpoint', region: 'cn-local' });
  });

  test('does not mind a region that contradicts the ARN where none is needed', () => {
    const options = { region: 'cn-hangzhou', keyRegion: 'cn-beijing', env: {} };
    expect(resolveGateway({ ...options, gateway: 'kst-x' })).toHaveProperty('kind', 'instance');
    expect(resolveGateway({ ...options, endpoint: 'h' })).toHaveProperty('kind', 'endpoint');
  });

  test('makes hosts of aliyuncs.com only, whatever the region and instance id', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9.\-/#@:?]*$/));
    fc.assert(
      fc.property(text, fc.constantFrom('public', 'vpc', 'instance'), (word, kind) => {
        const options =
          kind === 'instance' ? { gateway: `kst-${word}` } : { gateway: kind, region: word };
        try {
          const gateway = resolveGateway({ env: {}, ...options });
          if (!('url' in gateway)) throw new Error('local');
          const { hostname, href } = new URL(gateway.url);
          expect(hostname).toBe(gateway.host);
          expect(href).toBe(`https://${gateway.host}/`);
          expect(hostname).toMatch(/^[a-z0-9-]+\.[a-z0-9-]+(?:\.kms)?\.aliyuncs\.com$/);
        } catch (error) {
          expect(error).toBeInstanceOf(KmsxError);
        }
      }),
    );
  });
});

test('needsProfileRegion says so only where nothing else gives a region that is needed', () => {
  expect(needsProfileRegion({ env: {} })).toBe(true);
  expect(needsProfileRegion({ gateway: 'vpc', env: {} })).toBe(true);
  expect(needsProfileRegion({ region: 'cn-beijing', env: {} })).toBe(false);
  expect(needsProfileRegion({ keyRegion: 'cn-beijing', env: {} })).toBe(false);
  expect(needsProfileRegion({ env: { ALIBABA_CLOUD_REGION_ID: 'cn-beijing' } })).toBe(false);
  expect(needsProfileRegion({ gateway: 'kst-x', env: {} })).toBe(false);
  expect(needsProfileRegion({ gateway: 'local', env: {} })).toBe(false);
  expect(needsProfileRegion({ endpoint: 'h', env: {} })).toBe(false);
  expect(needsProfileRegion({ env: { KMSX_ENDPOINT: 'h' } })).toBe(false);
});

test('localGateway is the address of an embedded KMS', () => {
  expect(localGateway('http://127.0.0.1:40123', 'cn-local')).toEqual({
    kind: 'local',
    protocol: 'http',
    host: '127.0.0.1',
    port: 40123,
    url: 'http://127.0.0.1:40123',
    region: 'cn-local',
    onlyCaFile: false,
  });
});
