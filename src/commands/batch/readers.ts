import { hasCode } from '../../base/error.ts';
import { chooseRecipients } from '../../data-key/choose-recipients.ts';
import type { Recipient } from '../../data-key/recipient.ts';
import type { LineValues } from '../../batch/manifest/fields.ts';
import type { Pace } from '../../kms/pace.ts';
import { paced } from '../../kms/pace.ts';
import type { KmsClient } from '../../kms/types.ts';
import { readInput } from '../../terminal/files/inputs.ts';
import type { Session } from '../../terminal/session.ts';
import type { UnwrappingKey } from '../../wrapping/unwrapping-key.ts';
import type { ConnectionPlan } from '../shared/connection/connection-options.ts';
import { planConnection } from '../shared/connection/connection-options.ts';
import type { Connections } from '../shared/connection/connections.ts';
import { openPrivateKey } from '../shared/read-export.ts';
import type { PublicKeyInput } from '../shared/recipients.ts';
import { checkRecipientOptions, readPublicKeyInput } from '../shared/recipients.ts';
import type { BatchOptions } from './options.ts';

/** The regions of what a line names. */
type KnownRegions = Parameters<typeof planConnection>[1];

/** Reads what many lines name, each thing once. */
export interface Readers {
  /** @throws KmsxError those of `checkRecipientOptions`, of public keys and of `chooseRecipients` */
  recipients(values: LineValues): Promise<readonly [Recipient, ...Recipient[]]>;
  /** The fingerprints of public keys in files, as `SHA256:…`. */
  readonly fingerprintsOf: (paths: readonly string[]) => Promise<readonly string[]>;
  /**
   * @returns an open key, which `close` closes
   * @throws KmsxError those of `openPrivateKey`
   */
  privateKey(path: string): Promise<UnwrappingKey>;
  /** @throws KmsxError those of `planConnection` */
  plan(known: KnownRegions): Promise<ConnectionPlan>;
  /** A client for the calls of one line. */
  kms(plan: ConnectionPlan): Promise<KmsClient>;
  close(): Promise<void>;
}

/** So many are kept: more are read again. */
const MOST_KEPT = 500;

/** What was read by name; all is forgotten where there is too much of it. */
function kept<T>(read: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    if (known.size >= MOST_KEPT) known.clear();
    const made = read(name);
    known.set(name, made);
    return made;
  };
}

export function makeReaders(
  options: BatchOptions,
  connections: Connections,
  pace: Pace,
  session: Session,
): Readers {
  const publicKey = kept((path) => readPublicKeyInput(path, session));
  const recipients = kept(async (text) => {
    const asked = JSON.parse(text) as Parameters<typeof checkRecipientOptions>[0];
    checkRecipientOptions(asked);
    const keys: PublicKeyInput[] = [];
    for (const path of asked.pubkey) keys.push(await publicKey(path));
    return chooseRecipients(keys, asked);
  });
  const plans = kept((text) => planConnection(options, JSON.parse(text) as KnownRegions, session));
  const privateKeys = new Map<string, Promise<UnwrappingKey>>();
  return {
    recipients: ({ Pubkey = [], ExpectFingerprint = [], WrappingAlgorithm }) =>
      recipients(
        JSON.stringify({
          pubkey: Pubkey,
          expectFingerprint: ExpectFingerprint,
          wrappingAlgorithm: WrappingAlgorithm,
          wrappingKeySpec: options.wrappingKeySpec,
        }),
      ),
    fingerprintsOf: async (paths) => {
      const keys: PublicKeyInput[] = [];
      for (const path of paths) keys.push(await publicKey(path));
      return keys.map(({ publicKey: { fingerprint } }) => fingerprint);
    },
    privateKey: (path) => {
      const known = privateKeys.get(path);
      if (known !== undefined) return known;
      const opened = readInput(path, 'a private key', session.io, session.reporter)
        .then((input) => openPrivateKey(input, options, session))
        .then((key) => key.forMany?.() ?? key);
      privateKeys.set(path, opened);
      return opened;
    },
    plan: (known) => plans(JSON.stringify(known)),
    kms: async (plan) => paced(await connections.kmsOf(plan), pace),
    close: async () => {
      for (const opened of await Promise.allSettled(privateKeys.values())) {
        if (opened.status === 'fulfilled') await opened.value.close();
      }
    },
  };
}

/**
 * Refuses a connection that no line could be reached by; what a line may still tell, its region, is left to it.
 *
 * @throws KmsxError those of `planConnection`
 */
export async function assertReachable(options: BatchOptions, session: Session): Promise<void> {
  try {
    await planConnection(options, {}, session);
  } catch (error) {
    if (!hasCode(error, 'region-missing')) throw error;
  }
}
