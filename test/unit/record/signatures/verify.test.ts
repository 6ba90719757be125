import { describe, expect, it } from 'vitest';
import { verifySignatures } from '../../../../src/record/signatures/verify.ts';
import { HEAD } from '../../../support/ssh/cases/case.ts';
import { SIGNATURE_CASES } from '../../../support/ssh/cases/cases.ts';

describe.each(SIGNATURE_CASES)('%s', (_, cases) => {
  it.each(cases)('$name', ({ file, allowed, now, kmsx }) => {
    const verify = () =>
      verifySignatures({
        heads: [HEAD],
        signatures: [{ label: 'a.sig', bytes: file }],
        allowedSigners: { label: 'allowed_signers', text: allowed },
        now: new Date(now),
      });
    if ('malformed' in kmsx) {
      expect(verify).toThrow(
        expect.objectContaining({ code: 'document-malformed', message: kmsx.malformed }),
      );
      return;
    }
    const { valid, refused } = verify();
    if ('problem' in kmsx) {
      expect({ valid, refused }).toEqual({
        valid: [],
        refused: [{ label: 'a.sig', problem: kmsx.problem }],
      });
      return;
    }
    const fingerprint = expect.stringMatching(/^SHA256:[\w+/]{43}$/) as string;
    expect({ valid, refused }).toEqual({
      valid: [{ ...kmsx, keyFingerprint: fingerprint, head: HEAD, label: 'a.sig' }],
      refused: [],
    });
  });
});
