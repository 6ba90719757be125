import { kmsxError } from '../../../base/error.ts';
import { isJsonObject, parseJson } from '../../../base/json.ts';
import type { JsonObject } from '../../../base/json.ts';
import { checkValueText, strongestCheckValues } from '../../../documents/key-check-value.ts';
import { knownOf } from '../known.ts';
import { isFilePlace } from '../../plan/place-of.ts';
import { filesIn } from '../names.ts';
import type { Step } from '../../steps.ts';
import type { Findings, Stage } from '../stage.ts';
import { verdictFacts, verify } from './check-value.ts';
import { placesOf } from './data-key.ts';

/** Has KMS open every backup, and holds it against the check values of the data key. */
export async function openBackups(_: Step, stage: Stage): Promise<Findings> {
  const { verdict, typed } = await verify(stage, backupsCall(stage, []));
  const { dataKey } = knownOf(stage.record.events);
  const { KeyId, DataKeyId, CiphertextBlobFingerprint } = dataKey ?? {};
  return {
    commands: [typed],
    requestIds: verdict.Backups.flatMap(({ RequestId }) => RequestId ?? []),
    facts: {
      Backups: verdict.Backups.map(({ File }) => File),
      ...verdictFacts(verdict),
      ...(KeyId !== undefined && { KeyId }),
      ...(DataKeyId !== undefined && { DataKeyId }),
      ...(CiphertextBlobFingerprint !== undefined && { CiphertextBlobFingerprint }),
    },
  };
}

/** Keeps the commands with which other programs show the same. */
export async function keepWitness(_: Step, stage: Stage): Promise<Findings> {
  const { printed, typed } = await stage.call({
    words: ['verify-key'],
    ...backupsCall(stage, [['--witness', true]]),
  });
  const result = parseJson(printed, 'verify-key');
  const commands = isJsonObject(result) ? (result['Witness'] as readonly string[]) : [];
  const path = filesIn(stage.folder).witness;
  await stage.write(path, Buffer.from(`${commands.join('\n')}\n`));
  return { commands: [typed], files: [path] };
}

function backupsCall(
  stage: Stage,
  more: Parameters<typeof verify>[1]['options'],
): Parameters<typeof verify>[1] {
  const { checkValues } = knownOf(stage.record.events);
  return {
    options: [
      ['--against', [filesIn(stage.folder).backup, ...placesOf(stage)]],
      ['--expect-check-value', strongestCheckValues(checkValues).map(checkValueText)],
      ...more,
    ],
    takes: ['connection', 'store'],
  };
}

/**
 * Holds the files of the ceremony against each other: each document is of one data key, and each export for its public key.
 *
 * @throws KmsxError `data-keys-differ`
 */
export async function compareFiles(_: Step, stage: Stage): Promise<Findings> {
  const files = filesIn(stage.folder);
  const { Recipients } = stage.plan;
  const documents = [
    files.backup,
    ...placesOf(stage).filter(isFilePlace),
    ...Recipients.map(files.export),
  ];
  const keys = Recipients.map(files.publicKey);
  const { printed, typed } = await stage.call({
    words: ['inspect', ...documents, ...keys],
    options: [],
    takes: [],
  });
  const inspected = printed
    .trimEnd()
    .split('\n')
    .map((line) => parseJson(line, 'inspect') as JsonObject);
  const own = (path: string): JsonObject => inspected.find(({ File }) => File === path) ?? {};
  const isListed = (path: string, field: string, others: readonly string[]): boolean => {
    const listed = own(path)[field];
    return Array.isArray(listed) && others.every((each) => listed.includes(each));
  };
  const differing = [
    ...documents.filter(
      (path) =>
        !isListed(
          path,
          'SameCiphertextBlobAs',
          documents.filter((each) => each !== path),
        ),
    ),
    ...Recipients.filter(
      (each) => !isListed(files.export(each), 'SameWrappingKeyAs', [files.publicKey(each)]),
    ).map(files.export),
  ];
  if (differing.length > 0) {
    const names = differing.join(' and ');
    throw kmsxError('data-keys-differ', `inspect says that ${names} does not belong to the others`);
  }
  return { commands: [typed] };
}
