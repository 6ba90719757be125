import { absolutePath } from '../../../base/files/absolute-path.ts';
import type { PublicKeyOfFile } from '../../../data-key/choose-recipients.ts';
import {
  assertFingerprint,
  chooseAlgorithm,
  chooseRecipients,
} from '../../../data-key/choose-recipients.ts';
import type { Recipient } from '../../../data-key/recipient.ts';
import { parseTokenKeyUri } from '../../../hsm/token-uri.ts';
import { assertFits, defaultAlgorithm } from '../../../wrapping/algorithms.ts';
import type { WrappingAlgorithm } from '../../../wrapping/algorithms.ts';
import type { PlanRecipient } from '../plan.ts';
import type { Path } from '../yaml-document.ts';
import type { Found, PlanFacts, PlanSubject } from './findings.ts';
import { collecting, error, isBlank, sameName, warning } from './findings.ts';

/** As a name of many files: with it begin those of the recipient's keys. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A recipient whose public key is known. */
interface Known {
  readonly index: number;
  readonly fingerprint: string;
  readonly algorithm: WrappingAlgorithm;
  readonly ofFile: PublicKeyOfFile | undefined;
}

/**
 * Who gets an export: names, public keys and fingerprints, what tokens unwrap, and whether a data key of that length fits.
 *
 * @param numberOfBytes - the length of the data key
 */
export async function checkRecipients(
  subject: PlanSubject,
  numberOfBytes: number,
  facts: PlanFacts,
): Promise<Found[]> {
  const { plan } = subject;
  const found: Found[] = [];
  const known: Known[] = [];
  for (const [index, recipient] of plan.Recipients.entries()) {
    const path: Path = ['Recipients', index];
    found.push(...checkName(recipient, plan.Recipients.slice(0, index), path));
    found.push(...weaknesses(recipient, plan.Practice, path));
    const source = recipient.Token === undefined ? 'Pubkey' : 'Token';
    await collecting(found, [...path, source], async () => {
      const key = await findKey(recipient, subject, facts, found, path);
      if (key === undefined) return;
      const other = known.find(({ fingerprint }) => fingerprint === key.fingerprint);
      if (other !== undefined) {
        const name = plan.Recipients[other.index]?.Name ?? '';
        const message = `${recipient.Name} has the public key of ${name}`;
        found.push(error([...path, source], 'pubkey-repeated', message));
      } else known.push({ ...key, index });
    });
    await collecting(found, [...path, 'Name'], () => {
      const made = recipient.MakePair === true ? defaultAlgorithm('RSA_2048') : undefined;
      const algorithm = made ?? known.find((each) => each.index === index)?.algorithm;
      if (algorithm !== undefined) assertFits(algorithm, numberOfBytes);
    });
  }
  await collecting(found, ['Recipients'], () => {
    const files = known.flatMap(({ ofFile }) => ofFile ?? []);
    if (files.length > 1) chooseRecipients(files, { expectFingerprint: [] });
  });
  return found;
}

function checkName({ Name }: PlanRecipient, before: readonly PlanRecipient[], path: Path): Found[] {
  const at = [...path, 'Name'];
  if (isBlank(Name)) return [];
  if (!FILE_NAME.test(Name)) {
    const message = `${JSON.stringify(Name)} is no name of a file: 1 to 64 letters, digits, . _ and -, a letter or digit first`;
    return [error(at, 'recipient-name', message)];
  }
  if (!before.some((each) => sameName(each.Name) === sameName(Name))) return [];
  return [error(at, 'recipient-twice', `two recipients are called ${Name}`)];
}

function weaknesses(recipient: PlanRecipient, isPractice: boolean, path: Path): Found[] {
  const { Pubkey, MakePair, Privkey, Unwrap, ExpectFingerprint } = recipient;
  const found: Found[] = [];
  if (Pubkey !== undefined && ExpectFingerprint === undefined) {
    const message = `${recipient.Name} has no ExpectFingerprint: a public key that was exchanged would get the data key`;
    const hint = 'write down the fingerprint that the owner of the key reads to you';
    found.push(error(path, 'fingerprint-missing', message, hint));
  }
  const isHere = Unwrap === 'here' && (Privkey !== undefined || MakePair === true);
  if (isHere && !isPractice) {
    const message = `the private half of ${recipient.Name} lies on this machine, which has a network`;
    const field = Privkey === undefined ? 'MakePair' : 'Privkey';
    found.push(warning([...path, field], 'private-key-here', message));
  }
  return found;
}

/** @throws KmsxError what is wrong with the key */
async function findKey(
  recipient: PlanRecipient,
  { planFolder }: PlanSubject,
  facts: PlanFacts,
  found: Found[],
  path: Path,
): Promise<Omit<Known, 'index'> | undefined> {
  const { Pubkey, Privkey, Token, ExpectFingerprint: expected } = recipient;
  if (Privkey !== undefined && !isBlank(Privkey)) {
    if (!(await facts.exists(absolutePath(planFolder, Privkey)))) {
      found.push(error([...path, 'Privkey'], 'file-missing', `${Privkey} does not exist`));
    }
  }
  let key: Recipient | undefined;
  let ofFile: PublicKeyOfFile | undefined;
  if (Pubkey !== undefined && !isBlank(Pubkey)) {
    ofFile = await facts.publicKey(absolutePath(planFolder, Pubkey));
    const { publicKey } = ofFile;
    key = { publicKey, algorithm: chooseAlgorithm({}, publicKey, ofFile.label) };
  } else if (Token !== undefined && !isBlank(Token)) {
    parseTokenKeyUri(Token);
    if (facts.recipientInToken === undefined) {
      const message = `the token of ${recipient.Name} was not asked what it unwraps`;
      found.push(warning([...path, 'Token'], 'token-not-asked', message, 'give --module'));
    } else key = await facts.recipientInToken(Token);
  }
  if (key === undefined) return undefined;
  const { publicKey, algorithm } = key;
  if (expected !== undefined && !isBlank(expected)) {
    await collecting(found, [...path, 'ExpectFingerprint'], () => {
      assertFingerprint(publicKey, expected, Pubkey ?? 'the token');
    });
  }
  return { fingerprint: publicKey.fingerprint, algorithm, ofFile };
}
