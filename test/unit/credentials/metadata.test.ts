import { describe, expect, test } from 'vitest';
import {
  keysOf,
  metadataAt,
  profiles,
  resolveIn,
} from '../../support/credentials/credential-home.ts';
import type { MetadataOptions } from '../../support/credentials/metadata-service.ts';
import { startMetadata } from '../../support/credentials/metadata-server.ts';
import { failure } from '../../support/kms/clients.ts';

const INSTANCE = {
  accessKeyId: 'STS.instance',
  accessKeySecret: 'canary-instance-secret',
  securityToken: 'canary-instance-token',
};
const V1_OFF = { ALIBABA_CLOUD_IMDSV1_DISABLED: 'TRUE' };

describe('instance metadata', () => {
  test.each<[string, MetadataOptions, Readonly<Record<string, string>>]>([
    ['with a token, where both versions are there', { role: 'signer' }, {}],
    ['with a token, where only that is', { role: 'signer', versions: 'v2' }, {}],
    ['with a token, where version 1 is switched off here', { role: 'signer' }, V1_OFF],
    ['without a token, where there is none', { role: 'signer', versions: 'v1' }, {}],
    ['without a token, where its answer is lost', { role: 'signer', losesTokens: true }, {}],
  ])('is asked %s', async (_, options, env) => {
    const metadata = await startMetadata(options);
    const credentials = await resolveIn({}, { env, resolve: [metadataAt(metadata.port)] });
    expect(credentials.source).toBe('instance metadata');
    expect(await keysOf(credentials)).toEqual(INSTANCE);
    const [first] = metadata.requests;
    expect(`${first?.method} ${first?.url.pathname}`).toBe('PUT /latest/api/token');
    const withToken = metadata.requests.filter(
      ({ headers }) => headers['x-aliyun-ecs-metadata-token'] === 'canary-metadata-token',
    );
    const hasToken = options.versions !== 'v1' && options.losesTokens !== true;
    expect(withToken.length > 0).toBe(hasToken);
  });

  test('is not asked without a token where version 1 is switched off', async () => {
    const metadata = await startMetadata({ role: 'signer', versions: 'v1' });
    const resolve = [metadataAt(metadata.port)];
    const error = await failure(resolveIn({}, { env: V1_OFF, resolve }));
    expect(error).toMatchObject({ code: 'credentials-missing' });
    expect(metadata.requests.every(({ method }) => method === 'PUT')).toBe(true);
  });

  test('without a role has nothing, and says so', async () => {
    const metadata = await startMetadata({});
    const error = await failure(resolveIn({}, { resolve: [metadataAt(metadata.port)] }));
    expect(error.message).toContain('instance metadata (no RAM role: status 404)');
  });

  test('without the role that the profile names is an error of that profile', async () => {
    const metadata = await startMetadata({ role: 'signer' });
    const profile = { mode: 'ecsramrole', ram_role_name: 'other' };
    const credentials = await resolveIn(profiles(profile), {
      resolve: [metadataAt(metadata.port)],
    });
    const error = await failure(keysOf(credentials));
    expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-failed' });
    expect(error.message).toBe(
      'cannot get credentials from profile main (ecsramrole): the instance metadata answered status 404',
    );
  });

  test('gives the role that ALIBABA_CLOUD_ECS_METADATA names', async () => {
    const metadata = await startMetadata({ role: 'signer' });
    const env = { ALIBABA_CLOUD_ECS_METADATA: 'signer' };
    const credentials = await resolveIn({}, { env, resolve: [metadataAt(metadata.port)] });
    expect(await keysOf(credentials)).toEqual(INSTANCE);
    expect(metadata.requests.map(({ url }) => url.pathname)).not.toContain(
      '/latest/meta-data/ram/security-credentials/',
    );
  });
});
