/**
 * The longest CiphertextBlob that is taken, in characters of base64, from KMS or from a document: what is written must be
 * read again. It is four times the longest that KMS makes, which holds 6 KB of plaintext.
 */
export const MAX_BLOB_CHARACTERS = 32 * 1024;
