import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunResult } from '../../run-result.ts';
import { runInProcess } from '../../test-io.ts';
import type { Server } from '../../kmsx.ts';
import { cleanEnv } from '../../kmsx.ts';
import { PUBKEY, testKey } from '../../wrapping/wrapping-keys.ts';
import { OLD_KEY, seedKeys } from '../seed.ts';
import { useKmsStage } from '../stage.ts';
import { ANSWER_LIES } from './answer-lies.ts';
import { FIELD_LIES } from './field-lies.ts';
import { KEY_LIES } from './key-lies.ts';
import type { Lie } from './lie.ts';
import { startLyingKms } from './lying-kms.ts';
import type { Row } from './rows.ts';
import { BACKUP, BLOB, EXPORT, OTHER_PUBKEY, SECRET } from './rows.ts';

const LIES: readonly Lie[] = [...ANSWER_LIES, ...FIELD_LIES, ...KEY_LIES];

function concerns({ concerns: isConcerned = (row) => row.isDryRun !== true }: Lie, row: Row) {
  return isConcerned(row);
}

/** Whether a row meets a lie. */
type Chosen = (row: Row, lie: Lie) => boolean;

/**
 * Each lie meets the rows that read it by code of their own: about an answer as a whole, a row that exports and one that
 * lists; about a field, the first row of its operation; about what a row knows, the first of those that know the same.
 */
export function onceEachReader(rows: readonly Row[]): Chosen {
  const firstsBy = (readerOf: (row: Row) => unknown): readonly Row[] => {
    const readers = rows.map((row) => JSON.stringify(readerOf(row)));
    return rows.filter((_, index) => readers.indexOf(readers[index] ?? '') === index);
  };
  const ofOperation = firstsBy(({ action, isDryRun }) => [action, isDryRun]);
  const ofKnowledge = firstsBy(({ action, isDryRun, holds, opens }) => [
    ...[action, isDryRun, holds, opens],
  ]);
  const ofAnswers = ofOperation.filter(({ action }) =>
    ['GenerateAndExportDataKey', 'ListKeys'].includes(action),
  );
  return (row, lie) => {
    if (ANSWER_LIES.includes(lie)) return ofAnswers.includes(row);
    return (KEY_LIES.includes(lie) ? ofKnowledge : ofOperation).includes(row);
  };
}

/**
 * Tests of each row that it meets the lies that can be told there, prints nothing, and leaves nothing behind.
 *
 * @param isChosen - all of them if left out
 */
export function describeLiesOfKms(rows: readonly Row[], isChosen: Chosen = () => true): void {
  const stage = useKmsStage();
  let server: Server;

  const run = async (args: readonly string[], endpoint: string, cwd: string): Promise<RunResult> =>
    runInProcess([...args, '--endpoint', endpoint, '--max-attempts', '1'], {
      cwd,
      env: cleanEnv(cwd, server.env),
      isReal: true,
    });

  beforeAll(async () => {
    const { folder, start } = stage();
    server = await start(seedKeys(folder));
    const place = (name: string): string => join(folder, basename(name));
    const other = createPublicKey(testKey('other-2048.pem'));
    writeFileSync(place(OTHER_PUBKEY), other.export({ type: 'spki', format: 'pem' }));
    const exported = await run(
      [
        ...['export-key', '--key-id', OLD_KEY, '--pubkey', PUBKEY, '--out', place(EXPORT)],
        ...['--backup', place(BACKUP), '--backup', SECRET],
      ],
      server.announcement.Endpoint,
      folder,
    );
    expect(exported, exported.stderr).toMatchObject({ code: 0 });
    const blob = await run(
      ['export-key', '--key-id', OLD_KEY, '--pubkey', PUBKEY],
      server.announcement.Endpoint,
      folder,
    );
    const { CiphertextBlob } = JSON.parse(blob.stdout) as { CiphertextBlob: string };
    writeFileSync(place(BLOB), CiphertextBlob);
  });

  const lieTo = async (row: Row, { tell }: Pick<Lie, 'tell'>) => {
    const folder = mkdtempSync(join(stage().folder, 'run-'));
    const kms = await startLyingKms(server.announcement.Endpoint, row, tell);
    const result = await run(row.args, kms.url, folder);
    return { ...result, written: readdirSync(folder), told: kms.told() };
  };

  describe.each(rows.map((row) => [row.title, row.action, row] as const))(
    '%s, lied to at %s,',
    (_, __, row) => {
      test('succeeds if nothing of it is a lie', async () => {
        const { code, stderr, told } = await lieTo(row, { tell: () => ({}) });
        expect(code, stderr).toBe(0);
        expect(told).toBeGreaterThan(0);
      });

      const lies = LIES.filter((lie) => concerns(lie, row) && isChosen(row, lie));
      test.each(lies.map((lie) => [lie.title, lie.code, lie] as const))(
        'does not believe %s: exit %i',
        async (___, code, lie) => {
          const result = await lieTo(row, lie);
          const { stdout, stderr, written, told } = result;
          expect(told).toBeGreaterThan(0);
          expect(result.code, stderr).toBe(code);
          expect(/^kmsx: error: .*$/m.exec(stderr)?.[0], stderr).toMatch(lie.says);
          if (row.printsVerdict === true && code === 6) expect(stdout).toMatch('"Match":false');
          else expect(stdout).toBe('');
          expect(written).toEqual(row.stands ?? []);
        },
      );
    },
  );
}
