import { assertFingerprint } from '../../../data-key/choose-recipients.ts';
import { readPublicKey } from '../../../wrapping/public-key/public-key.ts';
import { requireWrappingKey } from '../../../wrapping/public-key/wrapping-public-key.ts';
import { aloudLines } from '../../aloud/lines.ts';
import type { Step } from '../../steps.ts';
import { recipientOf } from '../../steps.ts';
import { confirm, personOf } from '../ask.ts';
import { knownOf } from '../known.ts';
import { filesIn } from '../names.ts';
import type { Findings, Stage } from '../stage.ts';

/**
 * Compares the fingerprint of a recipient's public key: with the plan, and by people.
 *
 * @throws KmsxError `fingerprint-mismatch`, `ceremony-stopped`
 */
export async function compareFingerprint(step: Step, stage: Stage): Promise<Findings> {
  const recipient = recipientOf(step);
  const path = filesIn(stage.folder).publicKey(recipient);
  const key = requireWrappingKey(readPublicKey(await stage.read(path), path), path);
  const { Name, ExpectFingerprint, Custodian } = recipient;
  const known = knownOf(stage.record.events).wrappingKeys.get(Name);
  if (known !== undefined) assertFingerprint(key, known.PublicKeyFingerprint, path);
  const reader = Custodian ?? personOf('custodian', stage)?.Name;
  const witness = personOf('witness', stage)?.Name;
  const compared = {
    What: 'fingerprint',
    Of: Name,
    Value: key.fingerprint,
    ...(reader !== undefined && { ReadBy: reader }),
    ...(witness !== undefined && { ComparedBy: witness }),
  };
  if (ExpectFingerprint !== undefined) {
    try {
      assertFingerprint(key, ExpectFingerprint, path);
    } catch (error) {
      await stage.record.append({
        Type: 'compared',
        Step: step.number,
        ...compared,
        How: 'plan',
        Same: false,
        Typed: ExpectFingerprint,
      });
      throw error;
    }
  }
  const said =
    ExpectFingerprint === undefined
      ? 'not known beforehand'
      : 'the same as in the plan; compare it with the second source too';
  await confirm(
    {
      ...compared,
      lines: [
        `the wrapping key of ${Name}, ${said}`,
        ...aloudLines(key.fingerprint.replace('SHA256:', '')),
        ...(reader === undefined ? [] : [`${reader} reads; ${witness ?? 'the witness'} compares`]),
      ],
      question: 'Is every group the same?',
    },
    step,
    stage,
  );
  return { facts: { Fingerprint: key.fingerprint } };
}
