import { readSm2Ciphertext } from '../../wrapping/sm2/ciphertext.ts';
import { SHORTEST_CIPHERTEXT_BYTES } from '../recognise/recognise.ts';
import type { Dress } from '../recognise/undress.ts';
import { dressInWords } from '../recognise/words.ts';
import { envelopeFingerprint } from '../envelope-fingerprint.ts';
import type { Facts } from './inspect-relations.ts';
import { BARE_CIPHERTEXT } from './inspect-relations.ts';

/** What a short value may be: it must be kept as one. */
export const PLAINTEXT_KEY = 'plaintext data key';

const AES_KEY_BYTES = [16, 24, 32];

/** An ExportedDataKey is as long as the modulus of an RSA_2048 key. */
const RSA_2048_BYTES = 256;

/**
 * Says what bytes without a name may be: only their length shows it. Of a short value, which may be a plaintext key, no
 * digest is shown.
 *
 * @param dress - what they were written in
 */
export function inspectBare(bytes: Buffer, dress: readonly Dress[]): Facts {
  const { length } = bytes;
  const isHexadecimal = dress.at(-1)?.endsWith('hexadecimal') === true;
  const encoding = encodingFacts(dress.length === 1 && dress[0] === 'base64' ? undefined : dress);
  if (length < SHORTEST_CIPHERTEXT_BYTES) {
    const mayBe = [
      ...(AES_KEY_BYTES.includes(length) ? [PLAINTEXT_KEY] : []),
      ...(isHexadecimal ? ['key check value', 'digest'] : []),
    ];
    return {
      Type: `bare ${bareWord(dress)} value, too short for a ciphertext`,
      Bytes: length,
      ...(mayBe.length > 0 && { MayBe: mayBe }),
    };
  }
  const sm2 = sm2Facts(bytes);
  return {
    Type: BARE_CIPHERTEXT,
    Bytes: length,
    Fingerprint: envelopeFingerprint(bytes.toString('base64')),
    MayBe: mayBeOf(length, sm2),
    ...sm2,
    ...encoding,
  };
}

function mayBeOf(length: number, { Sm2Forms }: Sm2Facts): readonly string[] {
  if (Sm2Forms !== undefined) return ['ExportedDataKey'];
  return length === RSA_2048_BYTES ? ['ExportedDataKey', 'CiphertextBlob'] : ['CiphertextBlob'];
}

interface Sm2Facts {
  readonly Sm2Forms?: readonly string[];
}

/**
 * The forms that an SM2 ciphertext can have, the likeliest first: the private key tells which it is. That anything else
 * has a point of the curve in it does not happen by chance.
 */
export function sm2Facts(ciphertext: Buffer): Sm2Facts {
  const forms = readSm2Ciphertext(ciphertext).map(({ form }) => form);
  return forms.length === 0 ? {} : { Sm2Forms: forms };
}

function bareWord(dress: readonly Dress[]): string {
  const last = dress.at(-1);
  if (last === undefined) return 'binary';
  return last.endsWith('hexadecimal') ? 'hexadecimal' : 'base64';
}

/** What a file is written in, where no reader of kmsx expects it. */
export function encodingFacts(dress: readonly Dress[] | undefined): Facts {
  if (dress === undefined) return {};
  const Encoding = dressInWords(dress) ?? 'binary';
  return { Encoding, NotUsable: `kmsx reads this, but not in ${Encoding}` };
}
