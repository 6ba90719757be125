import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import { hintsFor } from '../../../src/terminal/hints/hints.ts';
import { loadAuthorities } from '../../../src/network/authorities.ts';
import { callerIdentity } from '../../../src/credentials/caller-identity.ts';
import { parseCredentialsFile } from '../../../src/credentials/sources/credentials-file.ts';
import { parseEndpoint } from '../../../src/network/endpoint.ts';
import { embeddedHints } from '../../../src/answers/error-table/embedded.ts';
import { factsOf } from '../../../src/answers/error-table/table.ts';
import { networkError, ProxyFailure } from '../../../src/network/errors.ts';
import { proxyOf } from '../../../src/kms/client.ts';
import { chooseProxy } from '../../../src/network/proxy/proxy.ts';
import { stsEndpoint } from '../../../src/credentials/sts-endpoint.ts';
import {
  homeWith,
  keysOf,
  metadataAt,
  profiles,
  resolveIn,
  stsAt,
} from '../../support/credentials/credential-home.ts';
import { startMetadata } from '../../support/credentials/metadata-server.ts';
import {
  clientOf,
  DECRYPT,
  failure,
  gatewayAt,
  testAuthorities,
} from '../../support/kms/clients.ts';
import { closedPort, json, startServer, startTcpServer } from '../../support/network/servers.ts';

const KMS_OPTIONS = /--gateway|--endpoint|--region/;
const withCode = (code: string, more: object = {}): Error =>
  Object.assign(new Error('canary'), { code, ...more });

function refusal(run: () => unknown): KmsxError {
  try {
    run();
  } catch (error) {
    if (error instanceof KmsxError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('an address of STS, a proxy or a gateway', () => {
  test('a proxy variable is named, with what is percent-encoded', () => {
    const env = { https_proxy: 'http://user:p#canary@h:1' };
    const [hint] = hintsFor(refusal(() => chooseProxy('https', 'kms.example.com', env)));
    expect(hint).toBe(
      'https_proxy=http://USER:PASSWORD@HOST:PORT, percent-encoded (@ is %40, / is %2F, # is %23, ? is %3F)',
    );
  });

  test.each(['http://sts.example.com', 'http://127.0.0.1:80', 'https://h/path', 'h:99999'])(
    'sts_endpoint %s',
    (value) => {
      const error = refusal(() => stsEndpoint(() => value, {}, 'profile a'));
      expect(error).toMatchObject({ code: 'gateway-malformed' });
      expect(error.message).not.toContain('loopback');
      expect(hintsFor(error)[0]).toContain('sts_endpoint of profile a takes HOST[:PORT]');
    },
  );

  test.each(['2001:db8::1', 'https://2001:db8::1'])('%s lacks brackets', (text) => {
    const error = refusal(() => parseEndpoint(text, '--endpoint'));
    expect(hintsFor(error)).toEqual(["write an IPv6 address in brackets: '[2001:db8::1]'"]);
  });

  test('other text is not repeated', () => {
    const error = refusal(() => parseEndpoint('https://user:canary@h', '--endpoint'));
    expect(hintsFor(error)[0]).toContain('--endpoint HOST[:PORT]');
    expect(JSON.stringify(error)).not.toContain('canary');
  });
});

describe('a file', () => {
  test('of credentials is described by its own form', () => {
    const error = refusal(() => parseCredentialsFile('canary', '~/.alibabacloud/credentials'));
    expect(hintsFor(error)[0]).toMatch(/\[section\] and name = value/);
    expect(hintsFor(error)[0]).not.toContain('aliyun configure');
  });

  test('of credentials that lacks a setting too', async () => {
    const error = await failure(resolveIn({ ini: '[default]\ntype = access_key\n' }));
    expect(hintsFor(error)[0]).toMatch(/\[section\] and name = value/);
  });

  test('of authorities that is a folder', async () => {
    const folder = mkdtempSync(`${tmpdir()}/kmsx-test-`);
    const error = await failure(loadAuthorities(folder, {}, new Date()));
    expect(hintsFor(error)).toEqual(['give the name of a file in it']);
  });
});

describe('a source of credentials that is not reached', () => {
  const ROLE = profiles({
    mode: 'RamRoleArn',
    access_key_id: 'a',
    access_key_secret: 'b',
    ram_role_arn: 'r',
  });

  test('STS refuses connections', async () => {
    const credentials = await resolveIn(ROLE, { resolve: [stsAt(await closedPort())] });
    const hints = hintsFor(await failure(keysOf(credentials))).join();
    expect(hints).toMatch(/sts_endpoint.*sts_region.*HTTPS_PROXY/);
    expect(hints).not.toMatch(KMS_OPTIONS);
    const options = {
      env: {},
      now: () => new Date(),
      resolve: [stsAt(await closedPort())],
      timeoutMs: 60_000,
    };
    const fixed = await resolveIn(
      profiles({ mode: 'AK', access_key_id: 'a', access_key_secret: 'b' }),
    );
    const identity = hintsFor(await failure(callerIdentity(fixed, options))).join();
    expect(identity).toBe(hints);
  });

  test('STS shows a certificate for another name, which is said', async () => {
    const server = await startServer(() => undefined, 'instance');
    const authorities = await testAuthorities();
    const credentials = await resolveIn(ROLE, { authorities, resolve: [stsAt(server.port)] });
    const error = await failure(keysOf(credentials));
    expect(error).toMatchObject({ code: 'tls-failed' });
    expect(error.message).toMatch(/is for another name: \S+\.cryptoservice\.kms\.aliyuncs\.com/);
    expect(hintsFor(error).join()).toContain('sts_endpoint');
    expect(hintsFor(error).join()).not.toMatch(KMS_OPTIONS);
  });

  test('a credentials URI refuses connections', async () => {
    const uri = `http://127.0.0.1:${await closedPort()}/`;
    const named = await resolveIn(profiles({ mode: 'CredentialsURI', credentials_uri: uri }));
    expect(hintsFor(await failure(keysOf(named)))[0]).toContain('check credentials_uri of profile');
    const env = { ALIBABA_CLOUD_CREDENTIALS_URI: uri };
    const resolve = [metadataAt(await closedPort())];
    const error = await failure(keysOf(await resolveIn({}, { env, resolve })));
    expect(hintsFor(error)[0]).toContain('check ALIBABA_CLOUD_CREDENTIALS_URI');
  });

  test('a credentials URI answers something else', async () => {
    const server = await startServer((_, response) => {
      json(response, { AccessKeyId: 'a' });
    });
    const profile = { mode: 'CredentialsURI', credentials_uri: server.url };
    const error = await failure(keysOf(await resolveIn(profiles(profile))));
    expect(error).toMatchObject({ kind: 'credentials' });
    expect(hintsFor(error)[0]).toMatch(
      /AccessKeyId, AccessKeySecret, SecurityToken and Expiration/,
    );
  });

  test('a token file that is not there', async () => {
    const profile = {
      mode: 'OIDC',
      oidc_provider_arn: 'p',
      oidc_token_file: `${homeWith({})}/none`,
      ram_role_arn: 'r',
    };
    const error = await failure(keysOf(await resolveIn(profiles(profile))));
    expect(error.message).toMatch(/the token file that oidc_token_file names .*\(ENOENT\)$/);
    expect(hintsFor(error)[0]).toContain('check the path in oidc_token_file');
  });

  test('the metadata has no token service, and may not be asked without', async () => {
    const metadata = await startMetadata({ role: 'signer', versions: 'v1' });
    const env = { ALIBABA_CLOUD_IMDSV1_DISABLED: 'true' };
    const resolve = [metadataAt(metadata.port)];
    const remark =
      'issues no token (404), and ALIBABA_CLOUD_IMDSV1_DISABLED forbids requests without one';
    const ambient = await failure(resolveIn({}, { env, resolve }));
    expect(ambient.message).toContain(`instance metadata (${remark})`);
    const named = await resolveIn(profiles({ mode: 'EcsRamRole' }), { env, resolve });
    const error = await failure(keysOf(named));
    expect(error.message).toContain(`the instance metadata ${remark}`);
    expect(hintsFor(error)[0]).toContain('unset ALIBABA_CLOUD_IMDSV1_DISABLED');
  });

  test('where it may, that it has no role is said as before', async () => {
    const metadata = await startMetadata({});
    const env = { ALIBABA_CLOUD_IMDSV1_DISABLED: 'true' };
    const resolve = [metadataAt(metadata.port)];
    const error = await failure(resolveIn({}, { env, resolve }));
    expect(error.message).toContain('(no RAM role: status 404)');
  });
});

describe('http and https', () => {
  test('http:// to a TLS port', async () => {
    const server = await startServer(() => undefined, 'localhost');
    const kms = clientOf(`http://127.0.0.1:${server.port}`);
    const error = await failure(kms.decrypt(DECRYPT));
    expect(hintsFor(error)[0]).toMatch(/https:\/\//);
    expect(error.kind).toBe('unavailable');
  });

  test('http:// to a port that cuts', async () => {
    const port = await startTcpServer((socket) => socket.once('data', () => socket.end()));
    const error = await failure(clientOf(`http://127.0.0.1:${port}`).decrypt(DECRYPT));
    expect(hintsFor(error)[0]).toContain('does it want https:// instead?');
  });

  test('a proxy that cuts is asked by https://, unless it was', async () => {
    const setting = { variable: 'https_proxy', hasLogin: false };
    const cut = (isTls: boolean): ProxyFailure =>
      new ProxyFailure('p:1', withCode('ECONNRESET'), undefined, { ...setting, isTls });
    const [plain] = hintsFor(networkError(cut(false), 'kms'));
    expect(plain).toContain('does the proxy want https:// in https_proxy?');
    expect(hintsFor(networkError(cut(true), 'kms'))[0]).not.toContain('https://');
    const server = await startServer(() => undefined, 'localhost');
    const env = { HTTPS_PROXY: `http://127.0.0.1:${server.port}` };
    const error = await failure(clientOf('kms.example.com', { env }).decrypt(DECRYPT));
    expect(hintsFor(error)[0]).toMatch(/HTTPS_PROXY.*https:\/\/|https:\/\/.*HTTPS_PROXY/);
  });

  test('https:// to a plain proxy', async () => {
    const server = await startServer(() => undefined);
    const env = { HTTPS_PROXY: `https://127.0.0.1:${server.port}` };
    const error = await failure(clientOf('kms.example.com', { env }).decrypt(DECRYPT));
    expect(error.message).toContain('does not speak TLS');
    expect(hintsFor(error)[0]).toContain('write http:// there if the proxy speaks plain HTTP');
  });
});

describe('a proxy', () => {
  test('that never answers is named', async () => {
    const port = await startTcpServer(() => undefined);
    const error = await failure(
      clientOf('kms.example.com', {
        env: { ALL_PROXY: `http://user:canary@127.0.0.1:${port}` },
        limits: { maxAttempts: 1, timeoutMs: 300, deadlineMs: 20_000 },
      }).decrypt(DECRYPT),
    );
    expect(error).toMatchObject({ kind: 'unavailable', code: 'timed-out' });
    expect(error.message).toContain(`the proxy 127.0.0.1:${port} did not answer in time`);
    expect(hintsFor(error)[0]).toContain('check ALL_PROXY');
    expect(JSON.stringify(error)).not.toContain('canary');
  });

  test('is told for --verbose, without its password', () => {
    const gateway = gatewayAt('kms.example.com');
    const env = { HTTPS_PROXY: 'http://user:canary@p:3128' };
    expect(proxyOf({ gateway, env })).toMatchObject({ name: 'p:3128', variable: 'HTTPS_PROXY' });
    expect(proxyOf({ gateway, env: { ...env, NO_PROXY: '*' } })).toBeUndefined();
    const resolve = [{ host: 'kms.example.com', port: 443, address: '127.0.0.1' }];
    expect(proxyOf({ gateway, env, resolve })).toBeUndefined();
  });
});

describe('TLS', () => {
  const hint = (code: string, hasCaFile: boolean): string =>
    networkError(withCode(code), 'kms', { hasCaFile }).hints?.join() ?? '';

  test('an authority that the given file lacks', () => {
    const code = 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY';
    expect(hint(code, true)).toContain('the --ca-file given lacks this authority');
    expect(hint(code, false)).toContain('--ca-file PEM takes the authority');
    expect(hint('CERT_HAS_EXPIRED', true)).toContain('date -u');
  });

  test.each([
    ['DNS:a.example, IP Address:127.0.0.1', ': a.example, 127.0.0.1'],
    ['DNS:a, DNS:b, DNS:c, DNS:d', ': a, b, c, …'],
    ['DNS:"a\\u001b[31m", DNS:*.b', ': *.b'],
    ['DNS:\u001b[31m, URI:http://x', ''],
    [`DNS:${'a'.repeat(101)}`, ''],
    [undefined, ''],
  ])('names of a certificate: %j', (subjectaltname, said) => {
    const error = withCode('ERR_TLS_CERT_ALTNAME_INVALID', { cert: { subjectaltname } });
    expect(networkError(error, 'kms').message).toBe(
      `the certificate that kms shows is for another name${said}`,
    );
  });
});

describe('the embedded KMS', () => {
  test.each([
    ['InvalidAccessKeyId.NotFound', 'prints has AccessKeyId'],
    ['InvalidAccessKeyId.Inactive', '--seed'],
    ['SignatureDoesNotMatch', 'AccessKeySecret'],
    ['InvalidSecurityToken.Expired', '--seed'],
    ['Rejected.PendingImport', 'ImportKeyMaterial'],
    ['Rejected.StateModifiedFailed', 'CancelKeyDeletion'],
  ])('has a hint of its own for %s', (code, said) => {
    const hints = embeddedHints(code, factsOf(code, 403).hint).join();
    expect(hints).toContain(said);
    expect(hints).not.toMatch(/\baliyun [a-z]|console/);
  });
});

test('the name of a public gateway may be known to a proxy alone', () => {
  const error = networkError(withCode('ENOTFOUND'), 'kms.cn-hangzhou.aliyuncs.com');
  expect(error.hints?.[0]).toMatch(/--region or --endpoint.*HTTPS_PROXY/);
});
