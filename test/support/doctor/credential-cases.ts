import { join } from 'node:path';
import { closedPort, tlsFile } from '../network/servers.ts';
import { startSts } from '../credentials/sts-server.ts';
import type { DoctorCase, Scene } from './scenes.ts';
import { at, file, GOOD, GOOD_KEY } from './scenes.ts';
import type { DoctorStage } from './stage.ts';
import { keyEnv, sessionEnv } from './stage.ts';

const CA = ['--ca-file', tlsFile('ca.pem')];

/** Credentials that are not there, or not taken. */
export const CREDENTIAL_CASES: readonly DoctorCase[] = [
  {
    title: 'no credentials',
    scene: (stage) => ({ args: at(stage, ...GOOD_KEY, '--pubkey', 'pub.pem') }),
    ...{ check: 'credentials', code: 'credentials-missing', exit: 3 },
    hint: /aliyun configure/,
    others: { tcp: 'pass', signature: 'not-reached', 'public-key': 'pass' },
  },
  {
    title: 'half of an access key',
    scene: (stage) => ({ args: at(stage), env: { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tHalf' } }),
    ...{ check: 'credentials', code: 'credentials-failed', exit: 3 },
    message: /ALIBABA_CLOUD_ACCESS_KEY_SECRET/,
  },
  {
    title: 'a secret with white space',
    scene: (stage) => ({ args: at(stage), env: keyEnv('A ccount') }),
    ...{ check: 'credentials', code: 'credentials-failed', exit: 3 },
    message: /white space/,
  },
  {
    title: 'a profile that is not there',
    scene: (stage) => ({ args: at(stage, '--profile', 'nobody') }),
    ...{ check: 'credentials', code: 'profile-missing', exit: 2 },
  },
  {
    title: 'a configuration that is cut short',
    scene: (stage: DoctorStage): Scene => {
      file(stage, 'cut/.aliyun/config.json', '{"current":"canary');
      return { args: at(stage), env: { HOME: join(stage.folder, 'cut') } };
    },
    ...{ check: 'credentials', code: 'credentials-file-malformed', exit: 2 },
  },
  {
    title: 'the same, where it would give the region',
    scene: (stage: DoctorStage): Scene => {
      file(stage, 'cut/.aliyun/config.json', '{"current":"canary');
      return { args: [], env: { HOME: join(stage.folder, 'cut') } };
    },
    ...{ check: 'credentials', code: 'credentials-file-malformed', exit: 2 },
    others: { region: 'not-reached', swap: 'pass|warn' },
  },
  {
    title: 'a credentials URI that nothing listens on',
    scene: async (stage) => ({
      args: at(stage),
      env: { ALIBABA_CLOUD_CREDENTIALS_URI: `http://127.0.0.1:${await closedPort()}/` },
    }),
    ...{ check: 'credentials', code: 'network-failed', exit: 5 },
  },
  {
    title: 'a wrong secret',
    scene: (stage) => ({
      args: at(stage, ...GOOD_KEY),
      env: { ...GOOD, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'canary-wrong-secret' },
    }),
    ...{ check: 'signature', code: 'SignatureDoesNotMatch', exit: 3 },
    hint: /has the AccessKeySecret/,
    others: { credentials: 'pass', key: 'not-reached' },
  },
  {
    title: 'a wrong secret, found without a key',
    scene: (stage) => ({
      args: at(stage),
      env: { ...GOOD, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'canary-wrong-secret' },
    }),
    ...{ check: 'signature', code: 'SignatureDoesNotMatch', exit: 3 },
  },
  {
    title: 'an access key that does not exist',
    scene: (stage) => ({ args: at(stage, ...GOOD_KEY), env: keyEnv('Unknown') }),
    ...{ check: 'signature', code: 'InvalidAccessKeyId.NotFound', exit: 3 },
  },
  {
    title: 'a disabled access key',
    scene: (stage) => ({ args: at(stage, ...GOOD_KEY), env: keyEnv('Inactive') }),
    ...{ check: 'signature', code: 'InvalidAccessKeyId.Inactive', exit: 3 },
  },
  {
    title: 'an STS token that has expired',
    scene: (stage) => ({
      args: at(stage, ...GOOD_KEY),
      env: sessionEnv('Session', 'CAISnotAnActualToken'),
    }),
    ...{ check: 'signature', code: 'InvalidSecurityToken.Expired', exit: 3 },
  },
  {
    title: 'a temporary access key without its token',
    scene: (stage) => ({ args: at(stage, ...GOOD_KEY), env: sessionEnv('Session') }),
    ...{ check: 'signature', code: 'MissingSecurityToken', exit: 3 },
  },
  {
    title: 'an access key that STS does not know',
    scene: async (stage: DoctorStage): Promise<Scene> => {
      const sts = await startSts({ certificate: 'localhost' });
      file(
        stage,
        'sts/.aliyun/config.json',
        JSON.stringify({
          current: 'x',
          profiles: [
            {
              ...{ name: 'x', mode: 'AK', sts_endpoint: sts.endpoint },
              access_key_id: GOOD['ALIBABA_CLOUD_ACCESS_KEY_ID'],
              access_key_secret: GOOD['ALIBABA_CLOUD_ACCESS_KEY_SECRET'],
            },
          ],
        }),
      );
      return { args: at(stage, ...GOOD_KEY, ...CA), env: { HOME: join(stage.folder, 'sts') } };
    },
    ...{ check: 'identity', code: 'InvalidAccessKeyId.NotFound', exit: 3 },
    others: { signature: 'pass' },
  },
];
