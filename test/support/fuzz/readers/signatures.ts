import { decodeText } from '../../../../src/base/text/text.ts';
import { verifySignatures } from '../../../../src/record/signatures/verify.ts';
import { CA, HEAD, KEY_OF_EACH_TYPE, messageOf } from '../../ssh/cases/case.ts';
import { certificateBlob } from '../../ssh/certificate.ts';
import { armored, signatureBlob } from '../../ssh/signature.ts';
import type { Reader } from '../fuzz.ts';

const LINES = KEY_OF_EACH_TYPE.map(({ line }) => `alice ${line}\n`);

const TRUSTED = `* cert-authority ${CA.line}\n`;

const OPTIONS = [
  'cert-authority',
  'verify-required,namespaces="file,!x*"',
  'valid-after="20260101",valid-before="20270101120000Z"',
].map((options) => `"alice, !*bob",a?c ${options} ${CA.line} a comment\n`);

const BLOBS = KEY_OF_EACH_TYPE.flatMap((key) => [
  signatureBlob(key, messageOf(HEAD)),
  signatureBlob(key, messageOf(HEAD), { publicBlob: certificateBlob(key, CA) }),
]);

const verify = (file: Buffer, allowed: string) =>
  verifySignatures({
    heads: [HEAD],
    signatures: [{ label: 'FILE', bytes: file }],
    allowedSigners: { label: 'allowed_signers', text: allowed },
    now: new Date(0),
  });

/** What reads signatures of people. */
export const SIGNATURE_READERS: readonly Reader[] = [
  {
    name: 'signatures',
    samples: BLOBS.map(armored),
    read: (bytes) => verify(bytes, TRUSTED),
    perThousand: 500,
  },
  {
    name: 'what is in the armor of signatures',
    samples: BLOBS,
    read: (bytes) => verify(armored(bytes), TRUSTED),
    perThousand: 500,
  },
  {
    name: 'allowed_signers',
    samples: [...LINES, ...OPTIONS, `# keys\n\n${LINES.join('')}`],
    read: (bytes) => verify(Buffer.alloc(0), decodeText(bytes, 'FILE')),
  },
];
