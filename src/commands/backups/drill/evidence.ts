import { absolutePath } from '../../../base/files/absolute-path.ts';
import { STORE_PREFIX } from '../../../base/place-prefixes.ts';
import { liesElsewhere, writersOf } from '../../../backups/elsewhere.ts';
import type { CheckValuesByName } from '../../../backups/check-values-file.ts';
import { readCheckValuesFile } from '../../../backups/check-values-file.ts';
import type { OpenedPlace } from '../../../backups/opened-place.ts';
import type { ProofFile } from '../../../backups/proof-file.ts';
import { prepareProofFile } from '../../../backups/proof-file.ts';
import type { KnownProofs } from '../../../backups/proofs.ts';
import { decodeText } from '../../../base/text/text.ts';
import type { Expected } from '../../../drill/compare.ts';
import type { DrillQueue, QueuedBackup } from '../../../drill/queue.ts';
import { looksLikeRecord, recordedBackups } from '../../../record/recorded-backups.ts';
import type { Input } from '../../../terminal/files/inputs.ts';
import { readInput } from '../../../terminal/files/inputs.ts';
import type { Session } from '../../../terminal/session.ts';
import type { DrillShare } from '../../../drill/stage.ts';
import { WORKER, WRITER } from '../../../stores/tables.ts';
import { readProofsAt } from '../../shared/backups/proofs-option.ts';
import type { DrillOptions } from './options.ts';
import { openStoredEvidence } from './stored-evidence.ts';

/** What backups are compared with, and where proofs go. */
export interface Evidence {
  readonly proofs: KnownProofs;
  /** Where new proofs are written; undefined without `--proofs`. */
  readonly proofFile: Pick<ProofFile, 'append' | 'written'> | undefined;
  /** Shares the work with other drills, where proofs are in a store. */
  readonly share: DrillShare | undefined;
  readonly close: () => Promise<void>;
  readonly inputs: readonly Pick<Input, 'fileId'>[];
  readonly expectedOf: (backup: QueuedBackup) => Expected;
  /** Whether proofs of a place count: what lies beside its backups puts no drill off. */
  readonly putOff: (at: OpenedPlace) => boolean;
  /** The names with a check value and no backup. */
  readonly unlisted: (there: DrillQueue['there']) => readonly string[];
  /** Who could write what, as lines for people. */
  readonly writers: readonly Writers[];
}

/** Who could write a place or what it is compared with. */
export interface Writers {
  readonly what: string;
  readonly who: string;
}

/**
 * Reads `--check-values` and `--proofs`, and sees how each lies to the places: what lies in the folder of the backups
 * earns no bits.
 *
 * @throws KmsxError those of reading; `file-unwritable` where no proof can be written
 */
export async function readEvidence(
  options: DrillOptions,
  places: readonly OpenedPlace[],
  session: Session,
): Promise<Evidence> {
  const { proofs: proofsPlace, checkValues: file } = options;
  const { io, reporter } = session;
  const input =
    file === undefined ? undefined : await readInput(file, 'check values', io, reporter);
  const checkValues: CheckValuesByName = input === undefined ? new Map() : checkValuesIn(input);
  const filePath = file === undefined || file === '-' ? undefined : absolutePath(io.cwd, file);
  const { proofs, folder, connect } = await readProofsAt(proofsPlace, options, session);
  const counts = new Map<OpenedPlace, Pick<Expected, 'checkValuesCount' | 'proofsCount'>>();
  for (const place of places) {
    counts.set(place, {
      checkValuesCount: await counting(filePath, place),
      proofsCount: connect === undefined ? await counting(folder, place) : !isInStore(place),
    });
  }
  const sink =
    folder === undefined ? undefined : await prepareProofFile(folder, proofsPlace ?? '', io);
  const stored = connect && (await openStoredEvidence(connect, io));
  return {
    proofs,
    proofFile: stored?.proofFile ?? sink,
    share: stored?.share,
    close: async () => {
      await sink?.close();
      await stored?.close();
    },
    inputs: input === undefined ? [] : [input],
    // Rows of a store are for a role of their own, and never change: they earn nothing there, but time is kept by them.
    putOff: (at) => connect !== undefined || counts.get(at)?.proofsCount === true,
    expectedOf: ({ at, listed: { name } }) => ({
      checkValues: checkValues.get(name) ?? [],
      proved: proofs.of(at.id, name)?.keys ?? [],
      checkValuesCount: counts.get(at)?.checkValuesCount ?? false,
      proofsCount: counts.get(at)?.proofsCount ?? false,
    }),
    unlisted: (there) => {
      const all = new Set([...there.values()].flatMap((names) => [...names]));
      return [...checkValues.keys()].filter((name) => !all.has(name)).sort();
    },
    writers: [
      ...(await Promise.all(places.map(writersOfPlace))),
      ...(await writersOfPath(`check values ${file ?? ''}`, filePath)),
      ...(await writersOfPath(`proofs ${proofsPlace ?? ''}`, folder)),
      ...(connect === undefined ? [] : [{ what: 'proofs store:', who: whoHas(WORKER) }]),
    ],
  };
}

/** Check values by the names of backups: lines of them, or the record of a ceremony. */
function checkValuesIn({ bytes, label }: Input): CheckValuesByName {
  const text = decodeText(bytes, label);
  return looksLikeRecord(text) ? recordedBackups(bytes, label) : readCheckValuesFile(text, label);
}

/** Whoever can write backups of a store may be able to write its proofs. */
function isInStore({ id }: OpenedPlace): boolean {
  return id === STORE_PREFIX;
}

function whoHas(role: string): string {
  return `whoever has the role ${role} in the store, and who owns it`;
}

/** Standard input counts: whoever started this run said what comes from it. */
async function counting(
  path: string | undefined,
  { folder }: Pick<OpenedPlace, 'folder'>,
): Promise<boolean> {
  return path === undefined || folder === undefined || (await liesElsewhere(path, folder));
}

async function writersOfPlace({ place, folder, id }: OpenedPlace): Promise<Writers> {
  const what = `backups ${place.label}`;
  if (folder !== undefined) return { what, who: await writersOf(folder) };
  if (id === STORE_PREFIX) return { what, who: whoHas(WRITER) };
  return { what, who: 'whoever may kms:CreateSecret or kms:PutSecretValue' };
}

async function writersOfPath(what: string, path: string | undefined): Promise<Writers[]> {
  return path === undefined ? [] : [{ what, who: await writersOf(path) }];
}
