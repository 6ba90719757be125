import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { CallerIdentityOptions } from '../../../src/credentials/caller-identity.ts';
import { callerIdentity } from '../../../src/credentials/caller-identity.ts';
import { knownCredentials } from '../../../src/credentials/credentials.ts';
import type { StsServer } from '../../support/credentials/sts-server.ts';
import { ACCOUNT_ID, KNOWN_KEY, startSts } from '../../support/credentials/sts-server.ts';
import { failure, testAuthorities } from '../../support/kms/clients.ts';
import { closedPort, json, startServer, startTcpServer } from '../../support/network/servers.ts';
import { within } from '../../support/within.ts';

async function optionsFor(port: number): Promise<CallerIdentityOptions> {
  return {
    env: {},
    authorities: await testAuthorities(),
    resolve: [{ host: 'sts.aliyuncs.com', port: 443, address: '127.0.0.1', addressPort: port }],
    now: () => new Date(),
  };
}

function credentialsOf(key: {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}): ReturnType<typeof knownCredentials> {
  const credentials = knownCredentials('test', key);
  onTestFinished(() => credentials.close());
  return credentials;
}

async function ask(sts: StsServer, key = KNOWN_KEY): ReturnType<typeof callerIdentity> {
  return callerIdentity(credentialsOf(key), await optionsFor(sts.port));
}

test('STS says whose the access key is, and verifies its signature', async () => {
  const sts = await startSts();
  expect(await ask(sts)).toEqual({
    accountId: ACCOUNT_ID,
    arn: `acs:ram::${ACCOUNT_ID}:user/alice`,
    identityType: 'RAMUser',
    requestId: 'sts-request-0',
  });
  expect(sts.requests.map(({ headers }) => headers['x-acs-version'])).toEqual(['2015-04-01']);
});

test('a wrong secret is refused under the name that STS has for it, and shows nothing', async () => {
  const sts = await startSts();
  const error = await failure(ask(sts, { ...KNOWN_KEY, accessKeySecret: 'canary-wrong-secret' }));
  expect(error).toMatchObject({ kind: 'credentials', code: 'SignatureDoesNotMatch' });
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  expect(error.message).not.toContain(KNOWN_KEY.accessKeyId);
});

test('an access key that STS does not know is refused', async () => {
  const sts = await startSts();
  const error = await failure(ask(sts, { ...KNOWN_KEY, accessKeyId: 'LTAI5tOther' }));
  expect(error).toMatchObject({ kind: 'credentials', code: 'InvalidAccessKeyId.NotFound' });
});

test('the credentials say where their STS is', async () => {
  const sts = await startSts({ certificate: 'localhost' });
  const credentials = { ...credentialsOf(KNOWN_KEY), stsEndpoint: () => sts.endpoint };
  const identity = await callerIdentity(credentials, {
    ...(await optionsFor(await closedPort())),
    resolve: [],
  });
  expect(identity.accountId).toBe(ACCOUNT_ID);
});

test('STS of the region that the environment names is asked', async () => {
  const env = {
    ALIBABA_CLOUD_STS_REGION: 'cn-beijing',
    ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: 'true',
  };
  const rule = { host: 'sts-vpc.cn-beijing.aliyuncs.com', port: 443, address: '127.0.0.1' };
  const error = await failure(
    callerIdentity(credentialsOf(KNOWN_KEY), {
      env,
      now: () => new Date(),
      resolve: [{ ...rule, addressPort: await closedPort() }],
    }),
  );
  expect(error).toMatchObject({ code: 'network-failed' });
  expect(error.message).toContain('sts-vpc.cn-beijing.aliyuncs.com');
});

test.each([
  ['an account id of letters', { AccountId: 'canary' }],
  ['an ARN with a line break', { Arn: 'acs:ram::1:user/a\n' }],
  ['no identity type', { IdentityType: undefined }],
  ['no RequestId', { RequestId: undefined }],
])('an answer with %s is refused', async (_, change) => {
  const server = await startServer((__, response) => {
    const body = { AccountId: '1', Arn: 'acs:ram::1:root', IdentityType: 'Account' };
    json(response, { ...body, RequestId: 'id-1', ...change });
  }, 'sts');
  const promise = callerIdentity(credentialsOf(KNOWN_KEY), await optionsFor(server.port));
  const error = await failure(promise);
  expect(error).toMatchObject({ kind: 'kms', code: 'answer-malformed' });
  expect(error.message).not.toContain('canary');
});

test('an STS that hangs is left after the time-out', async () => {
  const options = await optionsFor(await startTcpServer(() => undefined));
  const promise = callerIdentity(credentialsOf(KNOWN_KEY), { ...options, timeoutMs: 200 });
  const error = await within(1500, failure(promise));
  expect(error).toMatchObject({ kind: 'unavailable', code: 'timed-out' });
});
