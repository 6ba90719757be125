import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { KmsxError, kmsxError, systemErrorCode } from '../base/error.ts';
import { shellWord, unusedName } from '../base/text/shell-word.ts';
import { textFlaw, textHints } from '../base/text/text.ts';
import type { Env } from '../base/env.ts';
import { envValue } from '../base/env.ts';
import { openPatiently, PIPE_SILENCE_MS, readUpTo } from '../base/files/read-up-to.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const BEGIN = '-----BEGIN CERTIFICATE-----';
const MAX_FILE_BYTES = 1024 * 1024;

/** The certificate authorities of a run that has `--ca-file`, in PEM. */
export interface Authorities {
  /** Those of the file alone, for verifying a dedicated gateway. */
  readonly ofFile: readonly string[];
  /** Node's built-in ones, those of `NODE_EXTRA_CA_CERTS` and those of the file. */
  readonly all: readonly string[];
}

/**
 * Reads a file of certificate authorities, once: it may be a pipe.
 *
 * @param caFile - the value of `--ca-file` or `KMSX_CA_FILE`: certificates in PEM, with any text between them. Some may
 * have expired, but not all
 * @param option - the option that names it, for messages
 * @returns undefined if there is no file: Node's own default then applies, its built-in authorities and those of
 * `NODE_EXTRA_CA_CERTS`
 * @throws KmsxError `file-missing`, `file-unreadable`, `ca-file-malformed`
 */
export async function loadAuthorities(
  caFile: string | undefined,
  env: Env,
  now: Date,
  option = '--ca-file',
): Promise<Authorities | undefined> {
  if (caFile === undefined) return undefined;
  const ofFile = certificatesOf(await readText(caFile), caFile, option);
  assertSomeValid(ofFile, caFile, now);
  const extraFile = envValue(env, 'NODE_EXTRA_CA_CERTS');
  const extra =
    extraFile === undefined ? [] : certificatesOf(await readText(extraFile), extraFile, option);
  return { ofFile, all: [...rootCertificates, ...extra, ...ofFile] };
}

function certificatesOf(text: string, path: string, option: string): readonly string[] {
  const file = shellWord(path);
  const ca = unusedName('ca', '.pem', path);
  if (text.includes('PRIVATE KEY-----')) {
    throw malformed('private-key', `${path} holds a private key`, [
      `${option} takes certificates, which are public: openssl x509 -in ${file} -out ${ca} takes the first one out`,
    ]);
  }
  const blocks = text.match(CERTIFICATE) ?? [];
  const begun = text.split(BEGIN).length - 1;
  if (begun === 0) {
    const isDer = parse(Buffer.from(text, 'latin1')) !== undefined;
    const hint = `it is one in DER: openssl x509 -inform DER -in ${file} -out ${ca}`;
    throw malformed('none', `${path} holds no certificate in PEM`, isDer ? [hint] : undefined);
  }
  const parsed = blocks.map(parse);
  const damaged = parsed.indexOf(undefined) + 1;
  // A certificate that was cut short, or has a comment in it, is not a block.
  if (damaged > 0 || begun !== blocks.length) {
    const which = damaged > 0 ? `certificate ${damaged}` : 'a certificate';
    throw malformed('damaged', `${which} of ${path} is damaged`, [
      'take the original: each is whole, from its BEGIN to its END line',
    ]);
  }
  return blocks;
}

/** Expired certificates may be kept beside newer ones. */
function assertSomeValid(blocks: readonly string[], path: string, now: Date): void {
  const ends = blocks.map((block) => Date.parse(new X509Certificate(block).validTo));
  if (ends.some((end) => end >= now.getTime())) return;
  const last = new Date(Math.max(...ends)).toISOString().slice(0, 10);
  throw malformed('expired', `what ${path} holds has expired (${last})`, [
    'if the clock of this machine is right (date -u), get the newer authority from the operators of the KMS instance or the proxy',
  ]);
}

function malformed(reason: string, message: string, hints?: readonly string[]): Error {
  return kmsxError('ca-file-malformed', message, { details: { reason }, hints });
}

/** A certificate in PEM or DER; undefined for anything else. */
function parse(certificate: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(certificate);
  } catch {
    return undefined;
  }
}

/** Reads a file or a pipe (`/dev/fd/3`), a megabyte at most. */
async function readText(path: string): Promise<string> {
  try {
    const file = await openPatiently(path);
    try {
      const bytes = await readUpTo(file, MAX_FILE_BYTES, { silenceMs: PIPE_SILENCE_MS });
      const flaw = textFlaw(bytes);
      // A certificate in DER, which has NUL bytes, is told from text later.
      if (flaw?.encoding !== undefined || (flaw !== undefined && bytes.includes('-----BEGIN '))) {
        throw malformed('no-text', `${path} ${flaw.words}`, textHints(flaw, path));
      }
      return bytes.toString('latin1');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof KmsxError) throw error;
    const reason = systemErrorCode(error) ?? 'unknown';
    if (reason === 'EISDIR') throw kmsxError('input-is-folder', `${path} is a folder`);
    const code = reason === 'ENOENT' ? 'file-missing' : 'file-unreadable';
    const what = reason === 'ENOENT' ? 'is not there' : `cannot be read (${reason})`;
    throw kmsxError(code, `${path} ${what}`, { details: { path } });
  }
}
