import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { knownCredentials } from '../../../src/credentials/credentials.ts';
import { clientOf } from '../kms/clients.ts';
import type { Announcement } from '../kmsx.ts';
import {
  backupName,
  FLEET_ENV,
  readBackup,
  throttlingOne,
  writeBackup,
  writeFleet,
} from './fleet.ts';

/** Seven backups that are spoiled, and how each must be told: name, code, exit code by itself. */
export type PlantedFault = readonly [name: string, code: string];

/** Makes a fleet with a server that has all keys. The folders are `backups` and `proofs`, beside `check-values.txt`. */
export async function makeFleet(
  folder: string,
  { Endpoint }: Pick<Announcement, 'Endpoint'>,
  count: number,
): Promise<void> {
  const kms = clientOf(Endpoint, {
    credentials: knownCredentials('test', {
      accessKeyId: FLEET_ENV.ALIBABA_CLOUD_ACCESS_KEY_ID,
      accessKeySecret: FLEET_ENV.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
    }),
  });
  const lines = await writeFleet(kms, join(folder, 'backups'), count);
  mkdirSync(join(folder, 'proofs'));
  writeFileSync(join(folder, 'check-values.txt'), `${lines.join('\n')}\n`);
}

/**
 * Spoils seven backups of a fleet that was drilled once: one swapped for another, one with another context, one cut short,
 * one with a wrong check value, one that KMS refuses until all attempts are spent; and those of the disabled and of the
 * deleted key, with a server that has them so.
 *
 * @param endpoint - of the server that has the keys as they are later
 * @returns the faults, and the address of a gateway before that server
 */
export async function plantFaults(
  folder: string,
  endpoint: string,
  count: number,
  checkValues: string,
): Promise<{ faults: PlantedFault[]; gateway: string; checkValues: string }> {
  const backups = join(folder, 'backups');
  const [swapped, other, context, cut, wrong, refused] = [3, 5, 7, 11, 13, 17];
  writeBackup(backups, swapped, readBackup(backups, other));
  writeBackup(backups, context, {
    ...readBackup(backups, context),
    EncryptionContext: { backup: 'of somebody else' },
  });
  writeBackup(backups, cut, JSON.stringify(readBackup(backups, cut)).slice(0, 200));
  const gateway = await throttlingOne(
    endpoint,
    String(readBackup(backups, refused)['CiphertextBlob']),
  );
  const spoiled = new RegExp(`(?<=^${backupName(wrong)} label:)[0-9a-f]{32}$`, 'm');
  return {
    faults: [
      [backupName(swapped), 'check-value-mismatch'],
      [backupName(context), 'InvalidParameter'],
      [backupName(cut), 'json-malformed'],
      [backupName(wrong), 'check-value-mismatch'],
      [backupName(refused), 'Rejected.Throttling'],
      [backupName(count - 2), 'Rejected.Disabled'],
      [backupName(count - 1), 'InvalidParameter'],
    ],
    gateway,
    checkValues: checkValues.replace(spoiled, 'f'.repeat(32)),
  };
}
