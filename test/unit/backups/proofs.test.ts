import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareProofFile } from '../../../src/backups/proof-file.ts';
import { readProofs } from '../../../src/backups/proofs.ts';
import type { ProofDocument } from '../../../src/documents/proof-document.ts';
import { failure } from '../../support/kms/clients.ts';
import { GOLDEN_FOLDERS } from '../../support/document-schemas.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { TEST_NOW, testIo } from '../../support/test-io.ts';

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
const read = (): ReturnType<typeof readProofs> => readProofs(folder(), 'proofs', TEST_NOW);

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
    expect(proofs.of(PLACE, 'x')?.lastProved?.toISOString()).toBe('2026-11-05T08:00:00.000Z');
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
    ['is damaged', line(proof('y', '02')).replace('"Place"', 'Place')],
    ['has a field that cannot be right', line({ ...GOLDEN, SameKeyAs: 'me' })],
    [
      'is half of one and another',
      `${line(proof('y', '02')).slice(0, -20)}${line(proof('z', '02'))}`,
    ],
    ['has a name twice', line(proof('y', '02')).replace('{', '{"Name":"w",')],
  ])('pass over a line that %s, and say which', async (_, text) => {
    write('a.jsonl', line(proof('x', '02')) + text + line(proof('last', '02')));
    write('b.json', text);
    const { damaged, namesIn } = await read();
    expect(damaged).toHaveLength(2);
    expect(damaged[0]).toContain('proofs/a.jsonl:2');
    expect(damaged[1]).toContain('proofs/b.json');
    expect([...namesIn(PLACE)].sort()).toEqual(['last', 'x']);
  });

  it('are refused with one of a later Format', async () => {
    write('a.jsonl', line(proof('x', '02')) + line({ ...GOLDEN, Format: 'kmsx-proof/2' }));
    const error = await failure(read());
    expect(error.code).toBe('document-format-unknown');
    expect(error.message).toContain('proofs/a.jsonl:2');
  });

  it('of days to come are no last proof, and are counted', async () => {
    const later = { CreatedAt: new Date(TEST_NOW.getTime() + 1).toISOString() };
    write('a.jsonl', line(proof('x', '02')) + line(proof('x', '01', later)));
    write('b.jsonl', line(proof('y', '02', later)) + line(proof('z', '23')));
    const { of, inFuture } = await read();
    expect(['x', 'y', 'z'].map((name) => of(PLACE, name)?.lastProved?.toISOString())).toEqual([
      '2026-11-02T08:00:00.000Z',
      undefined,
      TEST_NOW.toISOString(),
    ]);
    expect(of(PLACE, 'y')?.keys).toHaveLength(1);
    expect(inFuture).toBe(2);
  });

  it('need a folder that is there', async () => {
    expect((await failure(readProofs(join(folder(), 'none'), 'none', TEST_NOW))).code).toBe(
      'file-missing',
    );
    write('file', '');
    expect((await failure(readProofs(join(folder(), 'file'), 'file', TEST_NOW))).code).toBe(
      'bad-usage',
    );
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

  it('is a file that it made, or none', async () => {
    const io = { ...testIo(), randomBytes: (length: number) => Buffer.alloc(length) };
    const first = await prepareProofFile(folder(), 'proofs', io);
    await first.append(proof('x', '01'));
    await first.close();
    const [name = ''] = readdirSync(folder());
    const before = readFileSync(join(folder(), name));
    const same = await prepareProofFile(folder(), 'proofs', io);
    for (const day of ['02', '03']) {
      expect((await failure(same.append(proof('x', day)))).code).toBe('output-exists');
    }
    await same.close();
    expect(same.written()).toBeUndefined();
    expect(readFileSync(join(folder(), name))).toEqual(before);
  });

  it('is found impossible before anything is asked', async () => {
    const error = await failure(prepareProofFile(join(folder(), 'none'), 'none', testIo()));
    expect(error.code).toBe('file-missing');
    write('file', '');
    const onFile = await failure(prepareProofFile(join(folder(), 'file'), 'file', testIo()));
    expect(onFile.code).toBe('file-unwritable');
  });
});
