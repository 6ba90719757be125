import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProxy } from '../network/servers.ts';
import { startPublicGateway } from '../network/public-gateway.ts';
import type { DoctorCase, Scene } from './scenes.ts';
import { at, GOOD, GOOD_KEY, ONCE, PUBKEY } from './scenes.ts';
import type { DoctorStage } from './stage.ts';
import { KEYS, keyEnv } from './stage.ts';

function keyCase(
  title: string,
  keyId: string,
  code: string,
  more: Partial<DoctorCase> = {},
): DoctorCase {
  return {
    title,
    scene: (stage) => ({ args: at(stage, '--key-id', keyId, ...PUBKEY), env: GOOD }),
    ...{ check: 'key', code, exit: 4 },
    others: { signature: 'pass', 'permission:GenerateAndExportDataKey': 'not-reached' },
    ...more,
  };
}

const EVERY_COMMAND = 'export-key,reexport-key,recover-key,reencrypt-key,verify-key';

/** A user who lacks one permission. */
function permissionCase(missing: string, operation = missing): DoctorCase {
  return {
    title: `no permission for ${missing}`,
    scene: (stage) => ({
      args: at(stage, ...GOOD_KEY, ...PUBKEY, '--in', 'backup.json', '--for', EVERY_COMMAND),
      env: keyEnv(`Not${missing}`),
    }),
    ...{ check: `permission:${operation}`, code: 'AccessDeniedError', exit: 3 },
    hint: new RegExp(`kms:${missing}`),
    others: { signature: 'pass', key: 'pass' },
  };
}

/** The public gateway of a region, as it is where access from the Internet is not enabled. */
async function publicGateway(stage: DoctorStage): Promise<{ port: number; caFile: string }> {
  const caFile = join(stage.folder, `public-${randomBytes(4).toString('hex')}.pem`);
  const { port, authorityPem } = await startPublicGateway('kms.cn-hangzhou.aliyuncs.com');
  writeFileSync(caFile, authorityPem);
  return { port, caFile };
}

/** Keys and permissions that do not do. */
export const KEY_CASES: readonly DoctorCase[] = [
  keyCase('a key that does not exist', `${KEYS.good.slice(0, -1)}9`, 'Forbidden.KeyNotFound'),
  keyCase('an alias that does not exist', 'alias/nobody', 'Forbidden.AliasNotFound'),
  keyCase('a disabled key', 'alias/disabled', 'Rejected.Disabled', {
    hint: /enable the key with EnableKey/,
  }),
  keyCase('a key that is to be deleted', 'alias/doomed', 'Rejected.PendingDeletion', {
    hint: /keep the key with CancelKeyDeletion/,
  }),
  keyCase('a key without its material', 'alias/empty', 'Rejected.PendingImport'),
  keyCase('a key that signs', 'alias/signs', 'key-unusable', { message: /SIGN\/VERIFY, EC_P256/ }),
  keyCase('an RSA key', 'alias/rsa', 'key-unusable', { message: /RSA_2048/ }),
  {
    title: 'a key of an instance that the public gateway refuses',
    scene: async (stage: DoctorStage): Promise<Scene> => {
      const { port, caFile } = await publicGateway(stage);
      const proxy = await startProxy(port);
      return {
        args: [
          '--region',
          'cn-hangzhou',
          '--key-id',
          KEYS.ofInstance,
          '--ca-file',
          caFile,
          ...ONCE,
        ],
        env: { ...GOOD, HTTPS_PROXY: proxy.url },
      };
    },
    ...{ check: 'key', code: 'Forbidden.KeyNotFound', exit: 4 },
    hint: /access from the Internet/,
    others: { 'internet-access': 'fail', proxy: 'pass' },
    isSlow: true,
  },

  permissionCase('GenerateAndExportDataKey'),
  permissionCase('ExportDataKey'),
  permissionCase('Decrypt'),
  permissionCase('ReEncryptFrom', 'ReEncrypt'),
  permissionCase('ReEncryptTo', 'ReEncrypt'),
  {
    title: 'no permission for anything',
    scene: (stage) => ({ args: at(stage, ...GOOD_KEY, ...PUBKEY), env: keyEnv('Nobody') }),
    check: 'permission:GenerateAndExportDataKey',
    ...{ code: 'AccessDeniedError', exit: 3 },
    others: { signature: 'pass', key: 'not-reached' },
  },
];
