import { describe, expect, it } from 'vitest';
import type { NamedInspection } from '../../../../src/documents/inspect/inspect-relations.ts';
import {
  identitiesOf,
  inspectedFiles,
} from '../../../../src/documents/inspect/inspect-relations.ts';

const fingerprint = (letter: string): string => `SHA256:${letter.repeat(64)}`;

function file(name: string, facts: Readonly<Record<string, unknown>>): NamedInspection {
  return { file: name, facts, identities: identitiesOf(facts) };
}

const DOCUMENT = file('export.json', {
  Type: 'export document',
  CiphertextBlobFingerprint: fingerprint('0'),
  PublicKeyFingerprint: fingerprint('a'),
  Exports: [
    { PublicKeyFingerprint: fingerprint('a'), ExportedDataKeyFingerprint: fingerprint('1') },
    { PublicKeyFingerprint: fingerprint('b'), ExportedDataKeyFingerprint: fingerprint('2') },
  ],
});
const FIRST = file('a.pem', { Type: 'public key', PublicKeyFingerprint: fingerprint('a') });
const SECOND = file('b.pem', { Type: 'public key', PublicKeyFingerprint: fingerprint('b') });

describe('a document of two recipients', () => {
  it('says for each which wrapping key is its own, and mixes them nowhere', () => {
    const [document, first, second] = inspectedFiles([DOCUMENT, FIRST, SECOND]);
    expect(document).not.toHaveProperty('SameWrappingKeyAs');
    expect(document?.['Exports']).toEqual([
      expect.objectContaining({ SameWrappingKeyAs: ['a.pem'] }),
      expect.objectContaining({ SameWrappingKeyAs: ['b.pem'] }),
    ]);
    expect(first).toMatchObject({ SameWrappingKeyAs: ['export.json'] });
    expect(second).toMatchObject({ SameWrappingKeyAs: ['export.json'] });
  });

  it('says the same of a copy of one of its exports, and keeps what is of the whole document', () => {
    const bare = file('bare', { Type: 'bare ciphertext', Fingerprint: fingerprint('2') });
    const backup = file('b.json', { CiphertextBlobFingerprint: fingerprint('0') });
    const [document] = inspectedFiles([DOCUMENT, bare, backup]);
    expect(document).toMatchObject({ SameCiphertextBlobAs: ['b.json'] });
    expect(document).not.toHaveProperty('SameExportedDataKeyAs');
    const [of, other] = document?.['Exports'] as readonly object[];
    expect(of).not.toHaveProperty('SameExportedDataKeyAs');
    expect(other).toMatchObject({ SameExportedDataKeyAs: ['bare'] });
  });

  it('of one recipient alone is told as a whole', () => {
    const { Exports, ...facts } = DOCUMENT.facts as { Exports: readonly object[] };
    const one = file('one.json', { ...facts, Exports: Exports.slice(0, 1) });
    const [document] = inspectedFiles([one, FIRST]);
    expect(document).toMatchObject({ SameWrappingKeyAs: ['a.pem'] });
  });
});
