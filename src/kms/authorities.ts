import { X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { kmsxError, systemErrorCode } from '../base/error.ts';
import type { Env } from './env.ts';
import { envValue } from './env.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const MAX_FILE_BYTES = 1024 * 1024;

/** The certificate authorities of a run that has `--ca-file`, in PEM. */
export interface Authorities {
  /** Those of the file alone: whom a dedicated gateway is verified by. */
  readonly ofFile: readonly string[];
  /** Node's built-in ones, those of `NODE_EXTRA_CA_CERTS` and those of the file. */
  readonly all: readonly string[];
}

/**
 * Reads a file of certificate authorities, once: it may be a pipe.
 *
 * @param caFile - the value of `--ca-file` or `KMSX_CA_FILE`
 * @returns undefined where there is none: Node's own default, its built-in authorities and those of
 * `NODE_EXTRA_CA_CERTS`
 * @throws KmsxError `file-missing`, `file-unreadable`, `ca-file-malformed`
 */
export async function loadAuthorities(
  caFile: string | undefined,
  env: Env,
): Promise<Authorities | undefined> {
  if (caFile === undefined) return undefined;
  const ofFile = certificatesOf(await readText(caFile), caFile);
  const extraFile = envValue(env, 'NODE_EXTRA_CA_CERTS');
  const extra = extraFile === undefined ? [] : certificatesOf(await readText(extraFile), extraFile);
  return { ofFile, all: [...rootCertificates, ...extra, ...ofFile] };
}

function certificatesOf(text: string, path: string): readonly string[] {
  const blocks = text.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) {
    const reason = text.includes('PRIVATE KEY-----') ? 'private-key' : 'none';
    throw kmsxError('ca-file-malformed', `${path} holds no certificate in PEM`, { path, reason });
  }
  for (const [index, block] of blocks.entries()) {
    if (!isCertificate(block)) {
      throw kmsxError('ca-file-malformed', `certificate ${index + 1} of ${path} is damaged`, {
        path,
        reason: 'damaged',
      });
    }
  }
  return blocks;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** Reads a file or a pipe (`/dev/fd/3`), a megabyte at most. */
async function readText(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const chunks: Buffer[] = [];
      for (let size = 0; size < MAX_FILE_BYTES;) {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536));
        if (bytesRead === 0) break;
        chunks.push(buffer.subarray(0, bytesRead));
        size += bytesRead;
      }
      return Buffer.concat(chunks).toString('latin1');
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason = systemErrorCode(error) ?? 'unknown';
    const code = reason === 'ENOENT' ? 'file-missing' : 'file-unreadable';
    const what = reason === 'ENOENT' ? 'is not there' : `cannot be read (${reason})`;
    throw kmsxError(code, `${path} ${what}`, { path, reason });
  }
}
