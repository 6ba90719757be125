import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareProofFile } from '../../../src/backups/proof-file.ts';
import { readProofs } from '../../../src/backups/proofs.ts';
import type { ProofDocument } from '../../../src/documents/proof-document.ts';
import { failure } from '../../support/kms/clients.ts';
import { GOLDEN_FOLDERS } from '../../support/document-schemas.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { testIo } from '../../support/test-io.ts';

const folder = useTempFolder();
const GOLDEN = JSON.parse(
  readFileSync(join(GOLDEN_FOLDERS[0] ?? '', 'proof.json'), 'utf8'),
) as ProofDocument;
const PLACE = GOLDEN.Place;

function proof(Name: string, day: string, more: Partial<ProofDocument> = {}): ProofDocument {
  return { ...GOLDEN, Name, CreatedAt: `2026-11-${day}T08:00:00.000Z`, ...more };
}

const write = (name: string, text: string): void => {
  writeFileSync(join(folder(), name), text);
};
const line = (value: object): string => `${JSON.stringify(value)}\n`;
const read = (): ReturnType<typeof readProofs> => readProofs(folder(), 'proofs');

describe('the proofs of a folder', () => {
  it('are those of all files, the last day and each key that was proved', async () => {
    const other = [{ Method: 'AES-CMAC-LABEL', Value: '0'.repeat(32) }] as const;
    write('a.jsonl', line(proof('x', '02')) + line(proof('y', '02')));
    write('b.json', JSON.stringify(proof('x', '05'), undefined, 2));
    write('c.json', line(proof('x', '03')) + line(proof('x', '04', { KeyCheckValues: other })));
    write('.hidden.jsonl', 'kmsx-proof/ broken');
    write('notes.txt', 'kmsx-proof/ broken');
    write('backup.json', line({ Format: 'kmsx-backup/1' }));
    mkdirSync(join(folder(), 'sub.json'));
    const proofs = await read();
    expect(proofs.of(PLACE, 'x')?.lastProved.toISOString()).toBe('2026-11-05T08:00:00.000Z');
    expect(proofs.of(PLACE, 'x')?.keys.map(({ KeyCheckValues }) => KeyCheckValues)).toEqual([
      GOLDEN.KeyCheckValues,
      other,
    ]);
    expect(proofs.of('/elsewhere', 'x')).toBeUndefined();
    expect([...proofs.namesIn(PLACE)].sort()).toEqual(['x', 'y']);
  });

  it('do without half a line at the end, and take a whole one that has no end', async () => {
    const half = line(proof('half', '02'));
    write('a.jsonl', line(proof('x', '02')) + half.slice(0, -20));
    write('b.jsonl', line(proof('y', '02')).trimEnd());
    const proofs = await read();
    expect([...proofs.namesIn(PLACE)].sort()).toEqual(['x', 'y']);
  });

  it.each([
    ['a damaged line', line(proof('x', '02')).replace('"Place"', 'Place'), 'json-malformed'],
    ['a field that cannot be right', line({ ...GOLDEN, SameKeyAs: 'me' }), 'document-malformed'],
    ['a later Format', line({ ...GOLDEN, Format: 'kmsx-proof/2' }), 'document-format-unknown'],
  ])('are refused with %s, by its file and line', async (_, text, code) => {
    write('a.jsonl', line(proof('x', '02')) + text);
    const error = await failure(read());
    expect(error.code).toBe(code);
    expect(error.message).toContain('proofs/a.jsonl:2');
  });

  it('need a folder that is there', async () => {
    expect((await failure(readProofs(join(folder(), 'none'), 'none'))).code).toBe('file-missing');
    write('file', '');
    expect((await failure(readProofs(join(folder(), 'file'), 'file'))).code).toBe('bad-usage');
  });
});

describe('a file of proofs', () => {
  it('comes into being with the first, and holds each in the order in which it was given', async () => {
    const file = await prepareProofFile(folder(), 'proofs', testIo());
    expect((await read()).namesIn(PLACE)).toEqual([]);
    const days = Array.from({ length: 25 }, (_, index) => String(index + 1).padStart(2, '0'));
    await Promise.all(days.map((day) => file.append(proof(`b${day}`, day))));
    await file.close();
    expect((await read()).namesIn(PLACE)).toEqual(days.map((day) => `b${day}`));
  });

  it('is found impossible before anything is asked', async () => {
    const error = await failure(prepareProofFile(join(folder(), 'none'), 'none', testIo()));
    expect(error.code).toBe('file-missing');
    write('file', '');
    const onFile = await failure(prepareProofFile(join(folder(), 'file'), 'file', testIo()));
    expect(onFile.code).toBe('file-unwritable');
  });
});
