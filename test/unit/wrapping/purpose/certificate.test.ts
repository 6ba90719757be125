import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  certificateFacts,
  certificateWarnings,
} from '../../../../src/wrapping/purpose/certificate.ts';
import { certificate } from '../../../support/wrapping/certificates.ts';

const validity = { notBefore: '2026-01-01T00:00:00Z', notAfter: '2027-01-01T00:00:00Z' };
const own = { subject: 'wrap', key: 'key', ...validity } as const;
const names = [
  ...['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment'],
  ...['keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly'],
];

describe('certificateFacts', () => {
  it.each([[names], ...names.map((name) => [[name]])])('reads the keyUsage %j', (keyUsage) => {
    const read = new X509Certificate(certificate({ ...own, keyUsage }));
    expect(certificateFacts(read)).toEqual({
      notBefore: new Date(validity.notBefore),
      notAfter: new Date(validity.notAfter),
      keyUsage,
    });
  });

  it('tells no limit from none', () => {
    const facts = certificateFacts(new X509Certificate(certificate(own)));
    expect(facts).not.toHaveProperty('keyUsage');
    expect(facts).not.toHaveProperty('extendedKeyUsage');
  });
});

describe('certificateWarnings', () => {
  it.each([
    ['2025-12-31T23:59:59Z', 'is not valid before 2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00Z', undefined],
    ['2027-01-01T00:00:00Z', undefined],
    ['2027-01-01T00:00:01Z', 'expired at 2027-01-01T00:00:00Z'],
  ])('goes by the clock: %s', (now, words) => {
    const facts = certificateFacts(new X509Certificate(certificate(own)));
    const warnings = certificateWarnings(facts, 'a.pem', new Date(now));
    expect(warnings).toEqual(words === undefined ? [] : [expect.stringContaining(words)]);
  });
});
