/* What a row of the tables of signatures is, and what rows are made of. */
import {
  ecdsaKey,
  ed25519Key,
  hardwareEcdsaKey,
  hardwareEd25519Key,
  rsaKey,
  shortRsaKey,
} from '../keys.ts';
import type { SshKey } from '../keys.ts';
import type { Made } from '../signature.ts';
import { signatureFile } from '../signature.ts';

export const HEAD = 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c';
export const OTHER_HEAD = '7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730';
export const messageOf = (head: string): string => `kmsx-record/1 ${head}\n`;

/** When the rows are verified, unless they say otherwise. */
export const NOW = '2026-11-30T12:00:00Z';

export interface SignatureCase {
  readonly name: string;
  readonly file: Buffer;
  readonly allowed: string;
  readonly now: string;
  /** What kmsx says: who signed, why the signature is refused, or what is wrong with allowed_signers. */
  readonly kmsx:
    { readonly principal: string } | { readonly problem: string } | { readonly malformed: string };
  /** Whether ssh-keygen accepts it; OpenSSH 9.2 and later versions differ in two. */
  readonly sshKeygen: boolean | 'by version';
}

export const ED25519 = ed25519Key();
export const OTHER = ed25519Key();
/** An authority. */
export const CA = ed25519Key();
export const P256 = ecdsaKey('ecdsa-sha2-nistp256');
const P384 = ecdsaKey('ecdsa-sha2-nistp384');
const P521 = ecdsaKey('ecdsa-sha2-nistp521');
export const RSA = rsaKey();
export const RSA_3072 = rsaKey('rsa-3072.pem');
export const SHORT_RSA = shortRsaKey();
export const SK_ED25519 = hardwareEd25519Key();
export const SK_ECDSA = hardwareEcdsaKey('ssh:ceremony');

/** One of each type, for what every type must withstand. */
export const KEY_OF_EACH_TYPE: readonly SshKey[] = [
  ED25519,
  P256,
  P384,
  P521,
  RSA,
  SK_ED25519,
  SK_ECDSA,
];

export const signed = (key: SshKey, made?: Made): Buffer =>
  signatureFile(key, messageOf(HEAD), made);
export const of = (key: SshKey, before = 'alice'): string => `${before} ${key.line}\n`;

export type Verdict = SignatureCase['kmsx'];
export const alice: Verdict = { principal: 'alice' };
export const because = (problem: string): Verdict => ({ problem });
export const malformed = (words: string): Verdict => ({ malformed: words });

export const row = (
  name: string,
  file: Buffer,
  allowed: string,
  kmsx: Verdict,
  sshKeygen: SignatureCase['sshKeygen'] = 'principal' in kmsx,
  now = NOW,
): SignatureCase => ({ name, file, allowed, now, kmsx, sshKeygen });

/** A row where ssh-keygen accepts what kmsx does not, on purpose. */
export const stricter = (
  name: string,
  file: Buffer,
  allowed: string,
  kmsx: Verdict,
): SignatureCase => row(name, file, allowed, kmsx, true);
