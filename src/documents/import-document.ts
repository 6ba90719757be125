import type { KeyCheckValue } from './key-check-value.ts';

export const IMPORT_FORMAT = 'kmsx-import/1';

/** A data key in a token, as the token told after the import. */
export interface ImportEntry {
  /** The label of the token. */
  readonly Token: string;
  readonly Serial: string;
  readonly Manufacturer: string;
  readonly Model: string;
  readonly Firmware: string;
  /** The label of the object. */
  readonly Label: string;
  /** CKA_ID of the object, lower-case hexadecimal. */
  readonly Id: string;
  readonly KeyType: 'AES' | 'GENERIC_SECRET';
  readonly Sensitive: true;
  readonly Extractable: false;
  /** Computed in the token. Empty where it computes none for keys of this length. */
  readonly KeyCheckValues: readonly KeyCheckValue[];
  readonly WrappingAlgorithm: string;
  /** Of the wrapping key whose private half lies in the token. */
  readonly PublicKeyFingerprint: string;
  /** An earlier run had imported it. */
  readonly AlreadyThere?: true;
}

/** What `import-key` prints. `docs/documents.md`. */
export interface ImportDocument {
  readonly Format: typeof IMPORT_FORMAT;
  readonly Imports: readonly ImportEntry[];
  readonly NumberOfBytes?: number;
  readonly KeyId?: string;
  readonly KeyVersionId?: string;
  /** As `inspect` shows it of the export document. */
  readonly CiphertextBlobFingerprint?: string;
  readonly DataKeyId?: string;
  /** The module, as it calls itself. */
  readonly Module: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly CreatedAt: string;
  readonly Rehearsal?: true;
}
