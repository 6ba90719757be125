import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ResolvedCredentials } from '../../../src/credentials/credentials.ts';
import {
  homeWith,
  metadataAt,
  profiles,
  resolveIn,
  stsAt,
} from '../../support/credentials/credential-home.ts';
import { startMetadata } from '../../support/credentials/metadata-server.ts';
import type { StsOptions, StsServer } from '../../support/credentials/sts-server.ts';
import { ACCOUNT_ID, KNOWN_KEY, startSts } from '../../support/credentials/sts-server.ts';
import { KmsRefusal } from '../../../src/local-kms/refusal.ts';
import { clientOf, DECRYPT, failure, GENERATED } from '../../support/kms/clients.ts';
import type { TestServer } from '../../support/network/servers.ts';
import { json, startServer } from '../../support/network/servers.ts';

const ROLE = {
  mode: 'RamRoleArn',
  access_key_id: KNOWN_KEY.accessKeyId,
  access_key_secret: KNOWN_KEY.accessKeySecret,
  ram_role_arn: `acs:ram::${ACCOUNT_ID}:role/first`,
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Lets time pass for everybody: this client, STS and KMS. */
function pass(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000);
}

/** A KMS that takes the sessions of an STS as long as they last. */
async function kmsTrusting(sts: Pick<StsServer, 'signerOf'>): Promise<TestServer> {
  return startServer((request, response) => {
    try {
      sts.signerOf(request);
      json(response, { ...GENERATED, Plaintext: 'eA==' });
    } catch (error) {
      if (!(error instanceof KmsRefusal)) throw error;
      json(response, { Code: error.code, RequestId: 'kms-1', Message: '' }, error.httpStatus);
    }
  });
}

async function roleFrom(sts: StsServer): Promise<ResolvedCredentials> {
  return resolveIn(profiles(ROLE), { resolve: [stsAt(sts.port)] });
}

async function stage(
  options: StsOptions = {},
): Promise<{ sts: StsServer; kms: TestServer; client: ReturnType<typeof clientOf> }> {
  const sts = await startSts(options);
  const kms = await kmsTrusting(sts);
  return { sts, kms, client: clientOf(kms.url, { credentials: await roleFrom(sts) }) };
}

describe('the session of a role in a long run', () => {
  test('is renewed 15 minutes before it ends, and not sooner', async () => {
    const { sts, kms, client } = await stage({ sessionSeconds: 3600 });
    await client.decrypt(DECRYPT);
    pass(44 * 60);
    await client.decrypt(DECRYPT);
    expect(sts.sessions).toHaveLength(1);
    pass(2 * 60);
    await client.decrypt(DECRYPT);
    expect(sts.sessions).toHaveLength(2);
    expect(kms.requests.map(({ headers }) => headers['x-acs-security-token'])).toEqual([
      'canary-token-1',
      'canary-token-1',
      'canary-token-2',
    ]);
  });

  test('is a new one for a call that comes after its end', async () => {
    const { sts, kms, client } = await stage({ sessionSeconds: 3600 });
    await client.decrypt(DECRYPT);
    pass(3601);
    await client.decrypt(DECRYPT);
    expect(sts.sessions).toHaveLength(2);
    expect(kms.requests).toHaveLength(2);
  });

  test('may be as short as some seconds', async () => {
    const { kms, client } = await stage({ sessionSeconds: 5 });
    for (let call = 0; call < 10; call += 1) {
      await client.decrypt(DECRYPT);
      pass(3);
    }
    expect(kms.requests).toHaveLength(10);
  });

  test('is used to its end where STS can not be reached meanwhile', async () => {
    let isDown = false;
    const { kms, client } = await stage({
      sessionSeconds: 3600,
      instead: (_, response) => {
        if (isDown) json(response, { Code: 'ServiceUnavailable', RequestId: 'id-1' }, 503);
        return isDown;
      },
    });
    await client.decrypt(DECRYPT);
    isDown = true;
    pass(50 * 60);
    await client.decrypt(DECRYPT);
    expect(kms.requests).toHaveLength(2);
    pass(11 * 60);
    const error = await failure(client.decrypt(DECRYPT));
    expect(error).toMatchObject({ kind: 'unavailable' });
    expect(error.message).toContain('profile main (RamRoleArn)');
    isDown = false;
    await client.decrypt(DECRYPT);
  });

  test('is fetched once for calls that come together', async () => {
    const { sts, client } = await stage();
    await Promise.all(Array.from({ length: 8 }, () => client.decrypt(DECRYPT)));
    expect(sts.sessions).toHaveLength(1);
  });
});

describe('a session that KMS calls expired before its time', () => {
  async function forgetful(
    refuse: (token: unknown) => boolean,
  ): Promise<{ sts: StsServer; kms: TestServer; client: ReturnType<typeof clientOf> }> {
    const sts = await startSts();
    const kms = await startServer(({ headers }, response) => {
      if (refuse(headers['x-acs-security-token'])) {
        json(response, { Code: 'InvalidSecurityToken.Expired', RequestId: 'kms-1' }, 400);
      } else json(response, { ...GENERATED, Plaintext: 'eA==' });
    });
    return { sts, kms, client: clientOf(kms.url, { credentials: await roleFrom(sts) }) };
  }

  test('is thrown away, and the call repeated with a new one, as one attempt', async () => {
    const { sts, kms, client } = await forgetful((token) => token === 'canary-token-1');
    await client.decrypt(DECRYPT);
    await client.decrypt(DECRYPT);
    expect(sts.sessions).toHaveLength(2);
    expect(kms.requests).toHaveLength(3);
  });

  test('is thrown away once by all calls that used it', async () => {
    const { sts, client } = await forgetful((token) => token === 'canary-token-1');
    await Promise.all(Array.from({ length: 8 }, () => client.decrypt(DECRYPT)));
    expect(sts.sessions).toHaveLength(2);
  });

  test('is thrown away no second time for one call', async () => {
    const { sts, kms, client } = await forgetful(() => true);
    const error = await failure(client.decrypt(DECRYPT));
    expect(error).toMatchObject({ kind: 'credentials', code: 'InvalidSecurityToken.Expired' });
    expect(sts.sessions).toHaveLength(2);
    expect(kms.requests).toHaveLength(2);
  });

  test('is not asked for again if the source asks nothing', async () => {
    const kms = await startServer((_, response) => {
      json(response, { Code: 'InvalidSecurityToken.Expired', RequestId: 'kms-1' }, 400);
    });
    const env = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'a',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'b',
      ALIBABA_CLOUD_SECURITY_TOKEN: 'c',
    };
    const credentials = await resolveIn({}, { env });
    const error = await failure(clientOf(kms.url, { credentials }).decrypt(DECRYPT));
    expect(error).toMatchObject({ code: 'InvalidSecurityToken.Expired' });
    expect(kms.requests).toHaveLength(1);
  });
});

test('an OIDC token that changes meanwhile is read again for each session', async () => {
  const home = homeWith({});
  const tokenFile = join(home, 'token');
  const sts = await startSts({ oidcToken: 'canary-second' });
  const kms = await kmsTrusting(sts);
  const env = {
    ALIBABA_CLOUD_ROLE_ARN: ROLE.ram_role_arn,
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'acs:ram::1:oidc-provider/p',
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: tokenFile,
  };
  const credentials = await resolveIn(home, { env, resolve: [stsAt(sts.port)] });
  const client = clientOf(kms.url, { credentials });
  writeFileSync(tokenFile, 'canary-first');
  const error = await failure(client.decrypt(DECRYPT));
  expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-failed' });
  expect(error.message).toContain('STS answered AuthenticationFail.OIDCToken.Invalid');
  writeFileSync(tokenFile, 'canary-second');
  await client.decrypt(DECRYPT);
  expect(sts.sessions).toHaveLength(1);
});

test.each([1, 6])(
  'the credentials of an instance, which last %d h, are asked for once, and again 15 minutes before they end',
  async (hours) => {
    const expiresAt = new Date(Date.now() + hours * 3_600_000);
    const metadata = await startMetadata({ role: 'signer', expiresAt });
    const kms = await startServer((_, response) => {
      json(response, { ...GENERATED, Plaintext: 'eA==' });
    });
    const credentials = await resolveIn({}, { resolve: [metadataAt(metadata.port)] });
    const client = clientOf(kms.url, { credentials });
    const fetched = (): number =>
      metadata.requests.filter(({ url }) => url.pathname.endsWith('/signer')).length;
    await client.decrypt(DECRYPT);
    await client.decrypt(DECRYPT);
    expect(fetched()).toBe(1); // to find out whether there are any, and not again
    pass(hours * 3600 - 901);
    await client.decrypt(DECRYPT);
    expect(fetched()).toBe(1);
    pass(2);
    await client.decrypt(DECRYPT);
    expect(fetched()).toBe(2);
  },
);
