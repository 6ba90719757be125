import { headText } from '../chain/head.ts';
import { readAllowedSigners } from './allowed-signers.ts';
import type { Trust } from './find-signer.ts';
import { findSigner } from './find-signer.ts';
import { refuse, SignatureRefusal } from './refusal.ts';
import { readSshSignature } from './sshsig.ts';

/** What `ssh-keygen -Y sign -n` is told. */
const NAMESPACE = 'kmsx-record';

/** A person's signature that counts. */
export interface ValidSignature {
  /** Who signed, by the verifier's list. */
  readonly principal: string;
  /** `SHA256:` and base64, as `ssh-keygen -l` prints it; of a certificate, that of its key. */
  readonly keyFingerprint: string;
  /** The head that was signed. */
  readonly head: string;
  readonly label: string;
}

/** A signature that does not count. */
export interface RefusedSignature {
  readonly label: string;
  /** A phrase that goes on after the label: `is by a key that is in no line of allowed_signers`. */
  readonly problem: string;
}

/**
 * Checks signatures of people over the heads of a record: SSH signatures (PROTOCOL.sshsig) over the text of
 * `record.head`, for the namespace `kmsx-record`, by keys that the verifier trusts.
 *
 * @param asked - the record's heads, 64 hexadecimal digits each, that may have been signed; the signature files, and
 * the verifier's allowed_signers, each with what it is called in messages; the verifier's clock
 * @throws KmsxError `document-malformed`: allowed_signers has a line that is none
 */
export function verifySignatures(asked: {
  readonly heads: readonly string[];
  readonly signatures: readonly { readonly label: string; readonly bytes: Buffer }[];
  readonly allowedSigners: { readonly label: string; readonly text: string };
  readonly now: Date;
}): { readonly valid: readonly ValidSignature[]; readonly refused: readonly RefusedSignature[] } {
  const { label, text } = asked.allowedSigners;
  const now = Math.floor(asked.now.getTime() / 1000);
  const trust: Trust = {
    signers: readAllowedSigners(text, label),
    label,
    namespace: NAMESPACE,
    now,
  };
  const valid: ValidSignature[] = [];
  const refused: RefusedSignature[] = [];
  for (const signature of asked.signatures) {
    try {
      valid.push({ ...verifyOne(signature.bytes, asked.heads, trust), label: signature.label });
    } catch (error) {
      if (!(error instanceof SignatureRefusal)) throw error;
      refused.push({ label: signature.label, problem: error.message });
    }
  }
  return { valid, refused };
}

function verifyOne(
  file: Buffer,
  heads: readonly string[],
  trust: Trust,
): Omit<ValidSignature, 'label'> {
  const { signer, isOver } = readSshSignature(file, trust.namespace);
  const head = heads.find((candidate) => isOver(headText(candidate)));
  if (head === undefined) return refuse('is over no head of this record, or was changed');
  const principal = findSigner(signer, trust);
  return { principal, keyFingerprint: signer.key.fingerprint, head };
}
