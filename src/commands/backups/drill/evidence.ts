import { absolutePath } from '../../../base/files/absolute-path.ts';
import { liesElsewhere, writersOf } from '../../../backups/elsewhere.ts';
import type { CheckValuesByName } from '../../../backups/check-values-file.ts';
import { readCheckValuesFile } from '../../../backups/check-values-file.ts';
import type { OpenedPlace } from '../../../backups/opened-place.ts';
import type { ProofFile } from '../../../backups/proof-file.ts';
import { prepareProofFile } from '../../../backups/proof-file.ts';
import type { KnownProofs } from '../../../backups/proofs.ts';
import { NO_PROOFS, readProofs } from '../../../backups/proofs.ts';
import { decodeText } from '../../../base/text.ts';
import type { Expected } from '../../../drill/compare.ts';
import type { DrillQueue, QueuedBackup } from '../../../drill/queue.ts';
import type { Input } from '../../../terminal/files/inputs.ts';
import { readInput } from '../../../terminal/files/inputs.ts';
import type { Session } from '../../../terminal/session.ts';
import type { DrillOptions } from './options.ts';

/** What backups are compared with, and where proofs go. */
export interface Evidence {
  readonly proofs: KnownProofs;
  /** Where new proofs are written; undefined without `--proofs`. */
  readonly proofFile: ProofFile | undefined;
  readonly inputs: readonly Pick<Input, 'fileId'>[];
  readonly expectedOf: (backup: QueuedBackup) => Expected;
  /** The names with a proof or a check value whose backup is not there any more. */
  readonly lostFrom: (there: DrillQueue['there']) => readonly string[];
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
  { proofs: folder, checkValues: file }: DrillOptions,
  places: readonly OpenedPlace[],
  { io, reporter }: Session,
): Promise<Evidence> {
  const input =
    file === undefined ? undefined : await readInput(file, 'check values', io, reporter);
  const checkValues: CheckValuesByName =
    input === undefined
      ? new Map()
      : readCheckValuesFile(decodeText(input.bytes, input.label), input.label);
  const filePath = file === undefined || file === '-' ? undefined : absolutePath(io.cwd, file);
  const folderPath = folder === undefined ? undefined : absolutePath(io.cwd, folder);
  const proofs =
    folder === undefined || folderPath === undefined
      ? NO_PROOFS
      : await readProofs(folderPath, folder);
  const counts = new Map<OpenedPlace, Pick<Expected, 'checkValuesCount' | 'proofsCount'>>();
  for (const place of places) {
    counts.set(place, {
      checkValuesCount: await counting(filePath, place),
      proofsCount: await counting(folderPath, place),
    });
  }
  return {
    proofs,
    proofFile:
      folder === undefined || folderPath === undefined
        ? undefined
        : await prepareProofFile(folderPath, folder, io),
    inputs: input === undefined ? [] : [input],
    expectedOf: ({ at, listed: { name } }) => ({
      checkValues: checkValues.get(name) ?? [],
      proved: proofs.of(at.id, name)?.keys ?? [],
      checkValuesCount: counts.get(at)?.checkValuesCount ?? false,
      proofsCount: counts.get(at)?.proofsCount ?? false,
    }),
    lostFrom: (there) => {
      const all = new Set([...there.values()].flatMap((names) => [...names]));
      const unproved = [...checkValues.keys()].filter((name) => !all.has(name));
      const proved = [...there].flatMap(([{ id, place }, names]) =>
        proofs.namesIn(id).filter((name) => !names.has(name) && isListedBy(place.label, id, name)),
      );
      return [...new Set([...unproved, ...proved])].sort();
    },
    writers: [
      ...(await Promise.all(places.map(writersOfPlace))),
      ...(await writersOfPath(`check values ${file ?? ''}`, filePath)),
      ...(await writersOfPath(`proofs ${folder ?? ''}`, folderPath)),
    ],
  };
}

/** Whether a place would list a name: of secrets it lists those that begin as it says. */
function isListedBy(label: string, id: string, name: string): boolean {
  return !label.startsWith(id) || name.startsWith(label.slice(id.length));
}

/** Standard input counts: whoever started this run said what comes from it. */
async function counting(
  path: string | undefined,
  { folder }: Pick<OpenedPlace, 'folder'>,
): Promise<boolean> {
  return path === undefined || folder === undefined || (await liesElsewhere(path, folder));
}

async function writersOfPlace({ place, folder }: OpenedPlace): Promise<Writers> {
  const what = `backups ${place.label}`;
  if (folder !== undefined) return { what, who: await writersOf(folder) };
  return { what, who: 'whoever may kms:CreateSecret or kms:PutSecretValue' };
}

async function writersOfPath(what: string, path: string | undefined): Promise<Writers[]> {
  return path === undefined ? [] : [{ what, who: await writersOf(path) }];
}
