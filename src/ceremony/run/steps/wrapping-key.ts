import { encodePem } from '../../../wrapping/pem.ts';
import { readPublicKey } from '../../../wrapping/public-key/public-key.ts';
import type { WrappingPublicKey } from '../../../wrapping/public-key/wrapping-public-key.ts';
import { requireWrappingKey } from '../../../wrapping/public-key/wrapping-public-key.ts';
import type { PlanRecipient } from '../../plan/plan.ts';
import type { Step } from '../../steps.ts';
import { recipientOf } from '../../steps.ts';
import type { WrappingKeyFacts } from '../known.ts';
import { filesIn } from '../names.ts';
import type { Findings, Stage } from '../stage.ts';

/** Makes the wrapping key of a recipient, or reads it, and puts its public half into the folder. */
export async function getWrappingKey(
  step: Step,
  stage: Stage,
  wasBegun: boolean,
): Promise<Findings> {
  const recipient = recipientOf(step);
  const path = filesIn(stage.folder).publicKey(recipient);
  const { Token, MakePair, Pubkey } = recipient;
  if (MakePair === true) return await makePair(recipient, path, stage, wasBegun);
  if (Token !== undefined) {
    const { pem, algorithm } = await stage.tokenKey(Token);
    const key = wrappingKey(Buffer.from(pem), `the token of ${recipient.Name}`);
    return await keep(recipient, key, path, stage, { WrappingAlgorithm: algorithm });
  }
  const file = stage.fileOf(Pubkey ?? '');
  const key = wrappingKey(await stage.read(file), file);
  return await keep(recipient, key, path, stage, {});
}

/** The same file, whatever form the key had. */
async function keep(
  recipient: PlanRecipient,
  { spki, fingerprint, algorithm }: WrappingPublicKey,
  path: string,
  stage: Stage,
  more: Partial<WrappingKeyFacts>,
): Promise<Findings> {
  await stage.write(path, encodePem('PUBLIC KEY', spki));
  const facts = {
    Recipient: recipient.Name,
    PublicKeyFingerprint: fingerprint,
    ...(algorithm !== undefined && { WrappingAlgorithm: algorithm }),
    ...more,
  };
  return { files: [path], facts };
}

/**
 * A pair of which a killed run left one half wraps nothing yet: its file is moved aside.
 *
 * @throws KmsxError those of `keygen`
 */
async function makePair(
  recipient: PlanRecipient,
  path: string,
  stage: Stage,
  wasBegun: boolean,
): Promise<Findings> {
  const privateKey = filesIn(stage.folder).privateKey(recipient);
  const halves = [privateKey, path].filter((each) => stage.exists(each)).length;
  const made: string[] = [];
  if (!wasBegun || halves < 2) {
    const { typed } = await stage.call({
      words: ['keygen'],
      options: [
        ['--privkey-out', privateKey],
        ['--pubkey-out', path],
        ['--no-passphrase', stage.plan.Unattended],
        ['--force', wasBegun && halves === 1 ? true : undefined],
      ],
      takes: stage.plan.Unattended === true ? [] : ['passphrase'],
    });
    made.push(typed);
  }
  const { fingerprint } = wrappingKey(await stage.read(path), path);
  const facts = { Recipient: recipient.Name, PublicKeyFingerprint: fingerprint };
  return { commands: made, files: [path], facts };
}

function wrappingKey(bytes: Buffer, label: string): WrappingPublicKey {
  return requireWrappingKey(readPublicKey(bytes, label), label);
}
