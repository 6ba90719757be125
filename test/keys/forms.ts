/* The forms of a key file that the openssl program writes, each with the command that writes it. The files in
   this folder and those of the interoperability test come from this one list. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PrivateKeyForm } from '../../src/wrapping/private-key/private-key.ts';
import type { PublicKeyForm } from '../../src/wrapping/public-key/public-key.ts';

export const PASSPHRASE = 'test passphrase';

export interface PrivateKeyFile {
  readonly file: string;
  readonly form: PrivateKeyForm;
  readonly encrypted: boolean;
  /** The openssl program's arguments, but for the output. */
  readonly openssl: readonly string[];
}

export interface PublicKeyFile {
  readonly file: string;
  readonly form: PublicKeyForm;
  readonly openssl: readonly string[];
}

/** The private key files of the key `NAME.pem`. */
export function privateKeyFiles(name: string, passphrase = PASSPHRASE): PrivateKeyFile[] {
  const from = ['-in', `${name}.pem`];
  const out = ['-passout', `pass:${passphrase}`];
  const pkcs8 = ['pkcs8', '-topk8', ...from, ...out];
  const pkcs12 = ['pkcs12', '-export', '-inkey', `${name}.pem`, '-in', `${name}-cert.pem`, ...out];
  const rsa = ['rsa', '-traditional', ...from];
  const clear = (file: string, form: PrivateKeyForm, openssl: readonly string[]) => ({
    file: `${name}-${file}`,
    form,
    encrypted: false,
    openssl,
  });
  const sealed = (file: string, form: PrivateKeyForm, openssl: readonly string[]) => ({
    ...clear(file, form, openssl),
    encrypted: true,
  });
  return [
    clear('pkcs8.pem', 'pkcs8-pem', ['pkcs8', '-topk8', '-nocrypt', ...from]),
    clear('pkcs8.der', 'pkcs8-der', ['pkcs8', '-topk8', '-nocrypt', '-outform', 'DER', ...from]),
    clear('pkcs1.pem', 'pkcs1-pem', rsa),
    clear('pkcs1.der', 'pkcs1-der', [...rsa, '-outform', 'DER']),
    sealed('pbes2-sha256.pem', 'encrypted-pkcs8-pem', [...pkcs8, '-v2', 'aes-256-cbc']),
    sealed('pbes2-sha256.der', 'encrypted-pkcs8-der', [
      ...[...pkcs8, '-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA256', '-outform', 'DER'],
    ]),
    sealed('pbes2-sha1.pem', 'encrypted-pkcs8-pem', [
      ...[...pkcs8, '-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA1'],
    ]),
    sealed('pbes2-sha512.pem', 'encrypted-pkcs8-pem', [
      ...[...pkcs8, '-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA512'],
    ]),
    sealed('pbes2-des3.pem', 'encrypted-pkcs8-pem', [...pkcs8, '-v2', 'des3']),
    sealed('pbes1-3des.pem', 'encrypted-pkcs8-pem', [...pkcs8, '-v1', 'PBE-SHA1-3DES']),
    sealed('pbes2-aria.pem', 'encrypted-pkcs8-pem', [...pkcs8, '-v2', 'aria-192-cbc']),
    sealed('pbes2-rc2.pem', 'encrypted-pkcs8-pem', [...legacy(pkcs8), '-v2', 'rc2-64']),
    sealed('scrypt.pem', 'encrypted-pkcs8-pem', [...pkcs8, '-scrypt']),
    sealed('legacy-aes256.pem', 'legacy-encrypted-pem', [...rsa, '-aes256', ...out]),
    sealed('legacy-aes128.pem', 'legacy-encrypted-pem', [...rsa, '-aes128', ...out]),
    sealed('legacy-des3.pem', 'legacy-encrypted-pem', [...rsa, '-des3', ...out]),
    sealed('modern.p12', 'pkcs12', pkcs12),
    sealed('sha1-mac.p12', 'pkcs12', [...pkcs12, '-macalg', 'sha1']),
    sealed('nomac.p12', 'pkcs12', [...pkcs12, '-nomac']),
    sealed('legacy.p12', 'pkcs12', [...pkcs12, '-legacy']),
    sealed('rc2.p12', 'pkcs12', [...pkcs12, '-legacy', '-keypbe', 'PBE-SHA1-RC2-40']),
    sealed('rc2-128.p12', 'pkcs12', [...pkcs12, '-legacy', '-keypbe', 'PBE-SHA1-RC2-128']),
    sealed('2des.p12', 'pkcs12', [...pkcs12, '-legacy', '-keypbe', 'PBE-SHA1-2DES']),
    sealed('clear-with-mac.p12', 'pkcs12', [...pkcs12, '-keypbe', 'NONE', '-certpbe', 'NONE']),
    clear('clear.p12', 'pkcs12', [...pkcs12, '-keypbe', 'NONE', '-certpbe', 'NONE', '-nomac']),
  ];
}

export interface UnreadableKeyFile {
  readonly file: string;
  /** What the file is encrypted with, as an error says it. */
  readonly algorithm: string;
  readonly openssl: readonly string[];
}

/** Private key files of the key `NAME.pem` that only OpenSSL's legacy provider opens. */
export function unreadableKeyFiles(name: string, passphrase = PASSPHRASE): UnreadableKeyFile[] {
  const out = ['-passout', `pass:${passphrase}`];
  const pkcs8 = legacy(['pkcs8', '-topk8', '-in', `${name}.pem`, ...out]);
  const rsa = legacy(['rsa', '-traditional', '-in', `${name}.pem`, ...out]);
  const certificate = ['-in', `${name}-cert.pem`, '-certpbe', 'PBE-SHA1-3DES'];
  const pkcs12 = legacy(['pkcs12', '-export', '-inkey', `${name}.pem`, ...certificate, ...out]);
  const make = (file: string, algorithm: string, openssl: readonly string[]) => ({
    file: `${name}-${file}`,
    algorithm,
    openssl,
  });
  return [
    make('md5-des.pem', 'PBE-MD5-DES', [...pkcs8, '-v1', 'PBE-MD5-DES']),
    make('md5-rc2.pem', 'PBE-MD5-RC2-64', [...pkcs8, '-v1', 'PBE-MD5-RC2-64']),
    make('sha1-des.der', 'PBE-SHA1-DES', [...pkcs8, '-v1', 'PBE-SHA1-DES', '-outform', 'DER']),
    make('sha1-rc4.pem', 'PBE-SHA1-RC4-128', [...pkcs8, '-v1', 'PBE-SHA1-RC4-128']),
    make('pbes2-des.pem', 'DES-CBC', [...pkcs8, '-v2', 'des-cbc']),
    make('legacy-des.pem', 'DES-CBC', [...rsa, '-des']),
    make('legacy-seed.pem', 'SEED-CBC', [...rsa, '-seed']),
    make('rc4.p12', 'PBE-SHA1-RC4-128', [...pkcs12, '-keypbe', 'PBE-SHA1-RC4-128']),
    make('rc4-40.p12', 'PBE-SHA1-RC4-40', [...pkcs12, '-keypbe', 'PBE-SHA1-RC4-40']),
  ];
}

/** PKCS#12 files of the key `NAME.pem` without a passphrase, which their MAC proves. */
export function unlockedPkcs12Files(name: string): Pick<PrivateKeyFile, 'file' | 'openssl'>[] {
  const inputs = ['-inkey', `${name}.pem`, '-in', `${name}-cert.pem`, '-passout', 'pass:'];
  const pkcs12 = ['pkcs12', '-export', ...inputs];
  return [
    { file: `${name}-empty.p12`, openssl: pkcs12 },
    { file: `${name}-empty-legacy.p12`, openssl: [...pkcs12, '-legacy'] },
  ];
}

function legacy([command = '', ...args]: readonly string[]): string[] {
  return [command, '-provider', 'legacy', '-provider', 'default', ...args];
}

/** The public key files of the key `NAME.pem`. */
export function publicKeyFiles(name: string): PublicKeyFile[] {
  const from = ['-in', `${name}.pem`];
  const certificate = ['x509', '-in', `${name}-cert.pem`];
  const pkcs1 = ['rsa', ...from, '-RSAPublicKey_out'];
  const make = (file: string, form: PublicKeyForm, openssl: readonly string[]) => ({
    file: `${name}-${file}`,
    form,
    openssl,
  });
  return [
    make('pub.pem', 'spki-pem', ['pkey', ...from, '-pubout']),
    make('pub.der', 'spki-der', ['pkey', ...from, '-pubout', '-outform', 'DER']),
    make('pub-pkcs1.pem', 'pkcs1-pem', pkcs1),
    make('pub-pkcs1.der', 'pkcs1-der', [...pkcs1, '-outform', 'DER']),
    make('cert-text.pem', 'certificate-pem', [...certificate, '-text']),
    make('cert.der', 'certificate-der', [...certificate, '-outform', 'DER']),
    make('pub.b64', 'spki-base64', ['base64', '-A', '-in', `${name}-pub.der`]),
    make('pub-wrapped.b64', 'spki-base64', ['base64', '-in', `${name}-pub.der`]),
    make('pub-pkcs1.b64', 'pkcs1-base64', ['base64', '-in', `${name}-pub-pkcs1.der`]),
    make('cert.b64', 'certificate-base64', ['base64', '-in', `${name}-cert.der`]),
  ];
}

/** Runs the openssl program in a folder. */
export function openssl(folder: string, args: readonly string[], input?: Buffer): Buffer {
  return execFileSync('openssl', args, {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(input !== undefined && { input }),
  });
}

/** Makes an RSA key `NAME.pem` with a certificate of one day, and every form of it. */
export function makeEveryForm(
  folder: string,
  name: string,
  bits: number,
  passphrase = PASSPHRASE,
): void {
  openssl(folder, [
    ...['genpkey', '-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`],
    ...['-out', `${name}.pem`],
  ]);
  openssl(folder, [
    ...['req', '-x509', '-key', `${name}.pem`, '-subj', '/CN=kmsx test key', '-days', '1'],
    ...['-out', `${name}-cert.pem`],
  ]);
  for (const { file, openssl: args } of [
    ...privateKeyFiles(name, passphrase),
    ...unreadableKeyFiles(name, passphrase),
    ...unlockedPkcs12Files(name),
    ...publicKeyFiles(name),
  ]) {
    writeFileSync(join(folder, file), openssl(folder, args));
  }
}
