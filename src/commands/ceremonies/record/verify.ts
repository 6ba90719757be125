import { absolutePath } from '../../../base/files/absolute-path.ts';
import { digitGroups } from '../../../base/text/digit-groups.ts';
import { hasCode, kmsxError } from '../../../base/error.ts';
import { decodeText } from '../../../base/text/text.ts';
import { PLAN_FORMAT } from '../../../ceremony/plan/plan.ts';
import { readPlan } from '../../../ceremony/plan/read-plan.ts';
import { RECORD_FILES } from '../../../record/events.ts';
import type { AskedProof } from '../../../record/verify/proof.ts';
import type { VerifiedRecord } from '../../../record/verify/verify.ts';
import { verifyRecord } from '../../../record/verify/verify.ts';
import { readInput } from '../../../terminal/files/inputs.ts';
import { printResult } from '../../../terminal/output/json-output.ts';
import type { View, ViewRow } from '../../../terminal/output/view.ts';
import { fact } from '../../../terminal/output/view.ts';
import type { Session } from '../../../terminal/session.ts';
import { counted } from '../../shared/view/rows.ts';
import { headRow, readHead } from './head.ts';
import type { RecordOptions } from './options.ts';

const MOST_SIGNERS = 1000;

/**
 * `kmsx record verify`: whether a record is whole, sealed and proved as it is asked.
 *
 * @throws KmsxError those of `verifyRecord`; `bad-usage`
 */
export async function verify(
  folder: string,
  options: RecordOptions,
  session: Session,
): Promise<void> {
  const { io } = session;
  const asked: AskedProof = {
    head: options.head === undefined ? undefined : readHead('--head', options.head),
    signers: await readSigners(options, session),
  };
  const verified = await verifyRecord(absolutePath(io.cwd, folder), asked, {
    now: io.now(),
    named: folder,
    plans: { format: PLAN_FORMAT, read: planOf },
  });
  await printResult(verified, session, () => viewOf(verified));
}

function planOf(bytes: Buffer): object | undefined {
  try {
    return readPlan(bytes, RECORD_FILES.plan).plan;
  } catch (error) {
    if (hasCode(error, 'plan-malformed', 'document-malformed', 'input-too-large')) return undefined;
    throw error;
  }
}

async function readSigners(
  { allowedSigners: path, threshold }: RecordOptions,
  { io, reporter }: Session,
): Promise<AskedProof['signers']> {
  if (path === undefined && threshold === undefined) return undefined;
  if (path === undefined || threshold === undefined) {
    throw kmsxError('bad-usage', '--allowed-signers and --threshold go together', {
      hints: [
        '--allowed-signers FILE --threshold N: the file as ssh-keygen reads it, and how many',
      ],
    });
  }
  const count = /^\d{1,4}$/.test(threshold) ? Number(threshold) : 0;
  if (count < 1 || count > MOST_SIGNERS) {
    throw kmsxError('bad-usage', `--threshold takes a number from 1 to ${MOST_SIGNERS}`);
  }
  const { bytes, label } = await readInput(path, 'a list of allowed signers', io, reporter);
  return { allowedSigners: { label, text: decodeText(bytes, label) }, threshold: count };
}

const PROVED: Readonly<Record<VerifiedRecord['ProvedBy'], string>> = {
  chain: 'the chain alone: each line has the hash of the one before',
  head: 'the head that you gave',
  signatures: 'signatures by keys that you trust',
};

function viewOf(verified: VerifiedRecord): View {
  const { ProvedBy, Signers, NotProved, Practice, Complete, PreviousRecord } = verified;
  const isProved = ProvedBy !== 'chain';
  return {
    verdict: isProved
      ? `The record is whole, sealed, and proved by ${ProvedBy === 'head' ? 'its head' : counted(Signers.length, 'signature')}`
      : 'The record is whole and sealed; nothing but its own chain proves it',
    tone: isProved && Complete && !Practice ? 'good' : 'warning',
    blocks: [
      {
        rows: [
          fact('ceremony', `${verified.Title}${Practice ? ' (practice)' : ''}`),
          fact('ended', Complete ? 'complete' : 'not complete'),
          fact('events', String(verified.Events)),
          headRow(verified.Head),
          ...(PreviousRecord === undefined
            ? []
            : [{ label: 'record before', lines: digitGroups(PreviousRecord, 4) }]),
          fact('proved by', PROVED[ProvedBy]),
          ...Signers.map(({ Principal, KeyFingerprint, File }) => ({
            label: 'signer',
            lines: [Principal, KeyFingerprint, File],
          })),
        ],
      },
      { title: 'What went wrong before', rows: toldRows(verified.Incidents) },
      { title: 'Not proved', rows: toldRows(NotProved) },
    ],
  };
}

function toldRows(texts: readonly string[]): readonly ViewRow[] {
  return texts.map((text) => ({ lines: [text] }));
}
