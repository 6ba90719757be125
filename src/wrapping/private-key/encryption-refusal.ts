/** Who can write a file anew whose encryption kmsx does not read. */
export type Rewriter = 'openssl' | 'openssl-legacy' | 'its-maker';

/** The encryption of a private key that no passphrase would open here. */
export class EncryptionRefusal extends Error {
  override readonly name = 'EncryptionRefusal';
  readonly rewriter: Rewriter;

  /**
   * @param reason - what follows the file's name in a message, such as "is encrypted with RC4-40, which kmsx does not read"
   */
  constructor(reason: string, rewriter: Rewriter) {
    super(reason);
    this.rewriter = rewriter;
  }
}

/** The refusal of an algorithm by its name. */
export function unreadable(what: string, rewriter: Rewriter): EncryptionRefusal {
  return new EncryptionRefusal(`is encrypted with ${what}, which kmsx does not read`, rewriter);
}

/** What is not as its standard says: the file is damaged. */
export class MalformedKeyFile extends Error {
  override readonly name = 'MalformedKeyFile';
}
