import { createPrivateKey } from 'node:crypto';
import { decodeBase64 } from '../../base/bytes.ts';
import { randomUuid } from '../identifiers.ts';
import { pointer } from '../permissions/mistake.ts';
import { isMaterialOf } from '../state/key-material.ts';
import { newVersion } from '../state/new-key.ts';
import type { KeySpec, KeyVersion } from '../state/state.ts';
import type { SeedKeyVersion } from './seed-document.ts';
import type { SeedReader } from './seed-reader.ts';

/**
 * Reads a version of a KMS key of a seed. Material that is left out is derived or random; that of RSA and EC keys is
 * always random.
 */
export async function readKeyVersion(
  seed: SeedKeyVersion,
  keySpec: KeySpec,
  createdAt: Date,
  path: string,
  reader: SeedReader,
): Promise<KeyVersion> {
  const keyVersionId = seed.KeyVersionId ?? randomUuid(reader.bytesFor(`KeyVersionId ${path}`));
  reader.claim('KeyVersionId', keyVersionId, pointer(path, 'KeyVersionId'));
  const given =
    seed.CreationDate === undefined
      ? createdAt
      : reader.time(pointer(path, 'CreationDate'), seed.CreationDate);
  return {
    keyVersionId,
    createdAt: given,
    material:
      seed.Material === undefined
        ? await newMaterial(keySpec, keyVersionId, reader)
        : readMaterial(seed.Material, keySpec, pointer(path, 'Material'), reader),
  };
}

async function newMaterial(
  keySpec: KeySpec,
  keyVersionId: string,
  reader: SeedReader,
): Promise<Buffer> {
  const { mistakes, bytesFor, now } = reader;
  if (keySpec === 'Aliyun_AES_256') return bytesFor(`Material ${keyVersionId}`)(32);
  // RSA keys take their time, and a seed with mistakes is of no use.
  if (mistakes.length > 0) return Buffer.alloc(0);
  return (await newVersion(keySpec, now, reader.randomBytes)).material;
}

function readMaterial(text: string, keySpec: KeySpec, path: string, reader: SeedReader): Buffer {
  const material = text.startsWith('-----BEGIN ') ? fromPem(text) : decodeBase64(text);
  if (material !== undefined && isMaterialOf(keySpec, material)) return material;
  reader.report(
    path,
    keySpec === 'Aliyun_AES_256'
      ? 'must be base64 of 32 bytes'
      : `must be an unencrypted ${keySpec} private key: PEM, or base64 of PKCS#8 in DER`,
  );
  return Buffer.alloc(0);
}

function fromPem(text: string): Buffer | undefined {
  try {
    return createPrivateKey(text).export({ format: 'der', type: 'pkcs8' });
  } catch {
    return undefined;
  }
}
