import { checkFiles } from './check-files.ts';
import type { PlanReader } from './compare-plan.ts';
import { comparePlan } from './compare-plan.ts';
import { incidentsIn, timesGoneBack } from './incidents.ts';
import { recordedKey } from './key-facts.ts';
import type { AskedProof, Proof } from './proof.ts';
import { proveRecord } from './proof.ts';
import { readSealedRecord } from './sealed.ts';
import { readSignatures } from './signature-files.ts';

/** What `record verify` prints: every part of the record was found to be what it was. */
export interface VerifiedRecord extends Proof {
  readonly CeremonyId: string;
  readonly Title: string;
  readonly Practice: boolean;
  /** Whether the ceremony was carried out to its end; the record is sealed in any case. */
  readonly Complete: boolean;
  /** The head of the record before this one. */
  readonly PreviousRecord?: string;
  /** What went wrong before the end, in words: steps that failed, and what was compared and not the same. */
  readonly Incidents: readonly string[];
  readonly Head: string;
  /** How many lines it has. */
  readonly Events: number;
  readonly Chain: true;
  readonly Files: true;
}

/** What a verification needs besides the record. */
export interface Verifier {
  /** The verifier's clock. */
  readonly now: Date;
  readonly plans: PlanReader;
  /** What the folder is called in errors; by default its path. */
  readonly named?: string;
}

/**
 * Verifies the record of a ceremony, offline: its chain, its events, the files that it names, its plan, that all of it is
 * about one data key, and that it is proved as the verifier asks. What has to be proved is never read from the record.
 *
 * @param folder - of the ceremony
 * @throws KmsxError `record-missing`; `record-changed`, `record-not-sealed`, `record-head-differs`,
 * `record-signatures-missing`; `document-malformed` for what is no list of signers; `file-unreadable`
 */
export async function verifyRecord(
  folder: string,
  asked: AskedProof,
  { now, plans, named = folder }: Verifier,
): Promise<VerifiedRecord> {
  const record = await readSealedRecord(folder, { named });
  const unreached = await checkFiles(folder, record);
  const uncompared = await comparePlan(folder, record.begin, plans);
  recordedKey(record);
  const signatures = await readSignatures(folder);
  const { NotProved, ...proof } = proveRecord(record, signatures, asked, now);
  const { CeremonyId, Title, Practice, PreviousRecord } = record.begin;
  return {
    CeremonyId,
    Title,
    Practice,
    Complete: record.seal.Complete,
    ...(PreviousRecord !== undefined && { PreviousRecord }),
    Incidents: incidentsIn(record.events),
    Head: record.head,
    Events: record.events.length,
    Chain: true,
    Files: true,
    ...proof,
    NotProved: [...NotProved, ...timesGoneBack(record.events), ...uncompared, ...unreached],
  };
}
