import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { kmsxError, systemErrorCode } from '../../base/error.ts';

/** The bytes of a manifest, which can be read more than once and are the same each time. */
export interface ManifestSource {
  /** What it is called in messages. */
  readonly label: string;
  /**
   * @throws KmsxError `file-missing`, `file-unreadable`, `input-is-folder`; `manifest-changed` where a part of it is no
   * longer what it was when it was read first, before that part is given out
   */
  chunks(): AsyncIterable<Buffer>;
  /** `SHA256:` and 64 hexadecimal digits, once it was read to its end. */
  readonly fingerprint: string;
}

const CHUNK = 64 * 1024;

/** A manifest that is in memory: from standard input or a pipe. */
export function manifestInMemory(bytes: Buffer, label: string): ManifestSource {
  return {
    label,
    fingerprint: `SHA256:${createHash('sha256').update(bytes).digest('hex')}`,
    chunks: async function* () {
      yield await Promise.resolve(bytes);
    },
  };
}

/**
 * A manifest in a file, of which a digest of each part is kept: so no line is acted on that is not the one that was
 * validated, whoever writes to the file meanwhile.
 */
export function manifestInFile(path: string, label: string): ManifestSource {
  const digests: Buffer[] = [];
  let fingerprint: string | undefined;
  const changed = (): Error =>
    kmsxError('manifest-changed', `${label} was changed while it was worked on`);
  return {
    label,
    get fingerprint() {
      if (fingerprint === undefined) throw new TypeError('the manifest was not read to its end');
      return fingerprint;
    },
    async *chunks() {
      const isFirst = fingerprint === undefined;
      const whole = createHash('sha256');
      let count = 0;
      for await (const chunk of chunksOf(path, label)) {
        const digest = createHash('sha256').update(chunk).digest();
        if (isFirst) digests[count] = digest;
        else if (digests[count]?.equals(digest) !== true) throw changed();
        whole.update(chunk);
        count += 1;
        yield chunk;
      }
      if (count !== digests.length) throw changed();
      fingerprint = `SHA256:${whole.digest('hex')}`;
    },
  };
}

/** Parts of the same length, but for the last. */
async function* chunksOf(path: string, label: string): AsyncIterable<Buffer> {
  let handle;
  try {
    handle = await open(path, 'r');
    for (;;) {
      const chunk = Buffer.alloc(CHUNK);
      let filled = 0;
      while (filled < CHUNK) {
        const { bytesRead } = await handle.read(chunk, filled, CHUNK - filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      if (filled > 0) yield chunk.subarray(0, filled);
      if (filled < CHUNK) return;
    }
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT') throw kmsxError('file-missing', `${label} does not exist`);
    if (code === 'EISDIR') throw kmsxError('input-is-folder', `${label} is a folder`);
    throw kmsxError('file-unreadable', `${label} cannot be read (${code})`);
  } finally {
    await handle?.close();
  }
}
