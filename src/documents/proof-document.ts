import type { JsonObject } from '../base/json.ts';
import type { EncryptionContext } from './encryption-context.ts';
import type { Fields } from './backup-document.ts';
import { toDocument } from './backup-document.ts';
import { DocumentFields, FINGERPRINT } from './fields.ts';
import type { KeyCheckValue } from './key-check-value.ts';
import { readCheckValues } from './key-check-value.ts';

export const PROOF_FORMAT = 'kmsx-proof/1';

/** What the data key of a backup was compared with; `nothing` shows only that the backup opens. */
const SAME_KEY_AS = ['export', 'check-value', 'proof', 'nothing'] as const;

export type SameKeyAs = (typeof SAME_KEY_AS)[number];

/** That a backup opened, when, and to which data key. Nothing in it is secret. `docs/documents.md`. */
export interface ProofDocument {
  readonly Format: typeof PROOF_FORMAT;
  /** What the backup is called in its place. */
  readonly Name: string;
  /** The absolute path of a folder without symbolic links, `store:`, or `secret:`. */
  readonly Place: string;
  /** The KMS key that opened it, as KMS named it. */
  readonly KeyId: string;
  readonly KeyVersionId: string;
  /** `SHA256:` and 64 hexadecimal digits, over the bytes of the CiphertextBlob. */
  readonly CiphertextBlobFingerprint: string;
  readonly DataKeyId?: string;
  readonly EncryptionContext?: EncryptionContext;
  readonly NumberOfBytes?: number;
  /** Of the data key. Left out where it is shorter than 16 bytes. */
  readonly KeyCheckValues?: readonly KeyCheckValue[];
  readonly SameKeyAs: SameKeyAs;
  /** By how many bits the comparison tells keys apart; left out with `nothing`. */
  readonly AssuranceBits?: number;
  /** The access key that the request was signed with: who asked. */
  readonly AccessKeyId: string;
  /** KMS's id of the ExportDataKey that opened the backup: ActionTrail has it. */
  readonly RequestId: string;
  readonly Region?: string;
  readonly Endpoint?: string;
  /** RFC 3339, UTC, milliseconds: when the backup opened, by this machine's clock. */
  readonly CreatedAt: string;
  readonly Rehearsal?: true;
}

/** Puts a proof together. */
export function toProofDocument(fields: Fields<Omit<ProofDocument, 'Format'>>): ProofDocument {
  return toDocument<ProofDocument>({ Format: PROOF_FORMAT, ...fields });
}

/**
 * Reads a proof. Unknown fields are ignored.
 *
 * @param label - what the document is called in errors
 * @throws KmsxError `document-malformed`, `document-inconsistent`, `context-malformed`
 */
export function readProofDocument(object: JsonObject, label: string): ProofDocument {
  const fields = new DocumentFields(object, label);
  fields.choice('Format', [PROOF_FORMAT]);
  const context = fields.context('EncryptionContext');
  return toProofDocument({
    Name: fields.text('Name'),
    Place: fields.text('Place'),
    KeyId: fields.text('KeyId'),
    KeyVersionId: fields.text('KeyVersionId'),
    CiphertextBlobFingerprint: fields.text('CiphertextBlobFingerprint', FINGERPRINT),
    DataKeyId: fields.boundDataKeyId('DataKeyId', context),
    EncryptionContext: context,
    NumberOfBytes: fields.ifPresent('NumberOfBytes', (name) => fields.integer(name, 1, 1024)),
    KeyCheckValues: fields.ifPresent('KeyCheckValues', (name) => readCheckValues(fields, name)),
    SameKeyAs: fields.choice('SameKeyAs', SAME_KEY_AS),
    AssuranceBits: fields.ifPresent('AssuranceBits', (name) => fields.integer(name, 1, 128)),
    AccessKeyId: fields.text('AccessKeyId'),
    RequestId: fields.text('RequestId'),
    Region: fields.optionalText('Region'),
    Endpoint: fields.optionalText('Endpoint'),
    CreatedAt: fields.date('CreatedAt').toISOString(),
    Rehearsal: fields.flag('Rehearsal'),
  });
}
