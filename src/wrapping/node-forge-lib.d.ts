/* The parts of node-forge that are imported one by one, so that the bundle holds no more of it than is used.
   @types/node-forge describes the whole package only. Strings are binary strings: one character, one byte. */

declare module 'node-forge/lib/sha1.js' {
  import type { md } from 'node-forge';
  const sha1: { create(): md.sha1.MessageDigest };
  export default sha1;
}

declare module 'node-forge/lib/sha256.js' {
  import type { md } from 'node-forge';
  const sha256: { create(): md.sha256.MessageDigest };
  export default sha256;
}

declare module 'node-forge/lib/sha512.js' {
  import type { md } from 'node-forge';
  const sha512: { create(): md.sha512.MessageDigest; sha384: typeof sha512 };
  export default sha512;
}

declare module 'node-forge/lib/pkcs1.js' {
  import type { md } from 'node-forge';
  interface OaepOptions {
    readonly md: md.MessageDigest;
    readonly mgf1: { readonly md: md.MessageDigest };
    readonly label?: string;
  }
  const pkcs1: {
    decode_rsa_oaep(
      key: { readonly n: { bitLength(): number } },
      em: string,
      options: OaepOptions,
    ): string;
  };
  export default pkcs1;
}

declare module 'node-forge/lib/asn1.js' {
  export interface Asn1 {
    readonly tagClass: number;
    readonly type: number;
    readonly constructed: boolean;
    readonly value: string | readonly Asn1[];
  }
  const asn1: {
    fromDer(bytes: string): Asn1;
    toDer(value: Asn1): { getBytes(): string };
    derToOid(bytes: string): string;
  };
  export default asn1;
}

declare module 'node-forge/lib/util.js' {
  import type { util } from 'node-forge';
  const parts: typeof util;
  export default parts;
}

declare module 'node-forge/lib/rc2.js' {
  import type { util } from 'node-forge';
  interface Rc2Cipher {
    start(iv: util.ByteStringBuffer): void;
    update(input: util.ByteStringBuffer): void;
    /** Removes the padding; false if that is wrong. */
    finish(): boolean;
    readonly output: util.ByteStringBuffer;
  }
  const rc2: { createDecryptionCipher(key: string, effectiveBits: number): Rc2Cipher };
  export default rc2;
}
