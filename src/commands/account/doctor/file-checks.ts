import type { Input } from '../../../terminal/files/inputs.ts';
import type { OutputRequest } from '../../../terminal/files/output-place.ts';
import { discardAll, prepareOutputs } from '../../../terminal/files/outputs.ts';
import type { Session } from '../../../terminal/session.ts';
import { version } from '../../../terminal/version.ts';
import type { Recipient } from '../../../data-key/recipient.ts';
import type { KmsClient } from '../../../kms/types.ts';
import type { BackupPlaces } from '../../shared/backup/backup-places.ts';
import { assertTakesSecrets, checkSecrets } from '../../shared/backup/backup-places.ts';
import type { ConnectionPlan } from '../../shared/connection-options.ts';
import type { Outcome, Verdict } from './check.ts';
import { notReached, pass, warn } from './check.ts';

const OLDEST_NODE = 20;

export function checkVersions(nodeVersion: string): Verdict {
  const message = `kmsx ${version}, Node.js ${nodeVersion}`;
  return Number.parseInt(nodeVersion, 10) >= OLDEST_NODE
    ? pass(message)
    : warn(message, `kmsx needs Node.js ${OLDEST_NODE} or newer`);
}

/** @param read - how reading the files of `--pubkey` went; undefined where there are none */
export function checkPublicKeys(
  read: Outcome<readonly Recipient[]> | undefined,
  paths: readonly string[],
): Verdict {
  if (read === undefined) return notReached('no --pubkey', 'kmsx doctor --pubkey wrapping.pub.pem');
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
  readonly out: string | undefined;
  /** Every file that is read: no output may be one. */
  readonly inputs: readonly Pick<Input, 'fileId'>[];
  readonly plan: ConnectionPlan | undefined;
  /** To ask about secrets; undefined where KMS can't be asked. */
  readonly kms: KmsClient | undefined;
}

/**
 * Checks the outputs as the real run would, and leaves nothing behind. What is no file is not opened.
 *
 * @throws KmsxError those of `prepareOutputs`; `operation-not-offered`, `secret-exists`; those of KMS
 */
export async function checkOutputs(subject: OutputSubject, session: Session): Promise<Verdict> {
  const { places, out, inputs, plan, kms } = subject;
  const files: OutputRequest[] = [...places.files];
  if (out !== undefined) files.push({ option: '--out', path: out, holds: 'document' });
  const secrets = places.secrets.map((name) => `secret:${name}`);
  if (files.length === 0 && secrets.length === 0) {
    return notReached('no --backup and no --out', 'kmsx doctor --backup FILE --out FILE');
  }
  if (plan !== undefined) assertTakesSecrets(places, plan);
  const rules = { ...session.options, ...session, isTrial: true };
  const outputs = await prepareOutputs(files, inputs, rules);
  await discardAll(outputs);
  const labels = outputs.map(({ label }) => label);
  if (secrets.length === 0) return pass(`${labels.join(' and ')} can be written`);
  if (kms === undefined) return notReached(`KMS cannot be asked about ${secrets.join(' and ')}`);
  await checkSecrets(places, kms, session);
  return pass(`${[...labels, ...secrets].join(' and ')} can be written`);
}
