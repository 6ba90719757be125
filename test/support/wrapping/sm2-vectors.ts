import { readFileSync } from 'node:fs';

/** A published value of SM2; everything but names is hexadecimal, or base64 by its name. */
export interface Sm2Vector {
  readonly name: string;
  readonly curve: string;
  readonly d: string;
  readonly message: string;
  readonly format: 'der' | 'raw04';
  /** In that format. */
  readonly ciphertext: string;
}

interface PublishedPair extends Sm2Vector {
  /** The ciphertext as 04‖C1‖C3‖C2. */
  readonly raw: string;
  /** 04‖x‖y. */
  readonly publicKey: string;
  readonly pkcs8Base64?: string;
}

const { vectors } = JSON.parse(
  readFileSync(new URL('../../vectors/sm2.json', import.meta.url), 'utf8'),
) as { vectors: readonly (Sm2Vector & Partial<PublishedPair>)[] };

const isOfSm2 = ({ curve }: Sm2Vector): boolean => curve.startsWith('recommended');

/** Those of the recommended curve. */
export const SM2_VECTORS = vectors.filter(isOfSm2) as readonly PublishedPair[];

/** Those of the example curve of the draft, which is not that of SM2 keys. */
export const EXAMPLE_CURVE_VECTORS = vectors.filter((vector) => !isOfSm2(vector));
