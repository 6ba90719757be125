import { createPublicKey } from 'node:crypto';
import { decodePemBody, readPem } from '../../../../src/wrapping/pem.ts';
import { testKey } from '../../wrapping/wrapping-keys.ts';

/** A file as `--pubkey`, what is said of it, and the command of its hint. */
export interface PublicKeyForm {
  readonly file: string;
  readonly content: string | Buffer;
  /** What follows the file's name in the error. */
  readonly says: string;
  readonly command: string;
  /** The file that the command makes. */
  readonly makes: string;
  /** What the command asks for. */
  readonly answers?: string;
  readonly given?: Readonly<Record<string, string>>;
  /** Another key than rsa-2048. */
  readonly isOther?: true;
}

export const pem = testKey('rsa-2048-pub.pem').toString();
export const base64 = testKey('rsa-2048-pub.der').toString('base64');
export const literal = pem.replaceAll('\n', String.raw`\n`);
export const jwk = createPublicKey(pem).export({ format: 'jwk' });

/** A key file that another program wrote. */
export const formOf = (file: string): Buffer => testKey(`public-forms/${file}`);

/** What a PEM block holds. */
export function derOf(block: Buffer): Buffer {
  const [first] = readPem(block)?.blocks ?? [];
  const der = first === undefined ? undefined : decodePemBody(first);
  if (der === undefined) throw new Error('no PEM');
  return der;
}

export const PUBLIC = 'holds a public key';
export const PRIVATE = 'holds a private key';
export const HALF = '; --pubkey takes the public half';
export const URL_ALPHABET = '(.n,.e)|=(gsub("=";"")|gsub("[+]";"-")|gsub("/";"_"))';
