import type { Input } from '../../../terminal/files/inputs.ts';
import type { OutputRequest } from '../../../terminal/files/output-place.ts';
import { discardAll, prepareOutputs } from '../../../terminal/files/outputs.ts';
import type { Session } from '../../../terminal/session.ts';
import type { Recipient } from '../../../data-key/recipient.ts';
import type { KmsClient } from '../../../kms/types.ts';
import type { BackupPlaces } from '../../shared/backup/backup-places.ts';
import {
  assertTakesSecrets,
  checkSecrets,
  checkStored,
  planBackupStore,
} from '../../shared/backup/backup-places.ts';
import type { StoreOptions } from '../../shared/store/store-options.ts';
import { withStore } from '../../shared/store/store-options.ts';
import type { ConnectionPlan } from '../../shared/connection/connection-options.ts';
import type { CheckResult, Result } from './check.ts';
import { notChecked, notReached, pass } from './check.ts';

/** @param read - how reading the files of `--pubkey` ended; undefined if there are none */
export function checkPublicKeys(
  read: Result<readonly Recipient[]> | undefined,
  paths: readonly string[],
): CheckResult {
  if (read === undefined) return notChecked('no --pubkey', 'kmsx doctor --pubkey wrapping.pub.pem');
  if (!read.ok) throw read.error;
  const facts = read.value.map(({ publicKey, algorithm }, index) => {
    const { keySpec, fingerprint } = publicKey;
    return `${paths[index] ?? ''} is ${keySpec} for ${algorithm.name}, ${fingerprint}`;
  });
  return pass(facts.join('; '));
}

/** Where the results of the real run would go. */
export interface OutputSubject {
  readonly places: BackupPlaces;
  /** Those that name the store of `places`. */
  readonly storeOptions: StoreOptions;
  readonly out: string | undefined;
  /** Every file that is read: no output may be one of them. */
  readonly inputs: readonly Pick<Input, 'fileId'>[];
  readonly plan: ConnectionPlan | undefined;
  /** To ask about secrets; undefined if KMS cannot be asked. */
  readonly kms: KmsClient | undefined;
}

/**
 * Checks the outputs as the real run would, and leaves nothing behind. Only regular files are opened.
 *
 * @throws KmsxError those of `prepareOutputs`, `planBackupStore` and `checkStored`; `operation-not-offered`, `secret-exists`; those of KMS
 */
export async function checkOutputs(subject: OutputSubject, session: Session): Promise<CheckResult> {
  const { places, storeOptions, out, inputs, plan, kms } = subject;
  const files: OutputRequest[] = [...places.files];
  if (out !== undefined) files.push({ option: '--out', path: out, holds: 'document' });
  const secrets = places.secrets.map((name) => `secret:${name}`);
  const stored = places.stores.map((name) => `store:${name}`);
  if (files.length + secrets.length + stored.length === 0) {
    return notChecked('no --backup and no --out', 'kmsx doctor --backup FILE --out FILE');
  }
  if (plan !== undefined) assertTakesSecrets(places, plan);
  const rules = { ...session.options, ...session, isTrial: true };
  const outputs = await prepareOutputs(files, inputs, rules);
  await discardAll(outputs);
  const planned = await planBackupStore(places, storeOptions, session);
  if (planned !== undefined) {
    await withStore(planned, session, (store) => checkStored(places, store));
  }
  const labels = [...outputs.map(({ label }) => label), ...stored];
  if (secrets.length === 0) return pass(`${labels.join(' and ')} can be written`);
  if (kms === undefined) return notReached(`KMS cannot be asked about ${secrets.join(' and ')}`);
  await checkSecrets(places, kms, session);
  return pass(`${[...labels, ...secrets].join(' and ')} can be written`);
}
