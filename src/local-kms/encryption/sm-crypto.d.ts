/** What is used of sm-crypto, which has no types: SM2 over jsbn, with an SM3 of its own. */
declare module 'sm-crypto' {
  interface Sm2 {
    /**
     * @param message - the bytes to encrypt
     * @param publicKey - 04, x and y in hexadecimal
     * @param cipherMode - 1: C1, C3, C2
     * @returns hexadecimal, without the 04 of C1
     */
    doEncrypt(message: readonly number[], publicKey: string, cipherMode: 1): string;
    /**
     * @param ciphertext - hexadecimal, without the 04 of C1
     * @param privateKey - hexadecimal
     * @param cipherMode - 1: C1, C3, C2
     * @returns no bytes for everything that fails
     */
    doDecrypt(
      ciphertext: string,
      privateKey: string,
      cipherMode: 1,
      options: { readonly output: 'array' },
    ): number[];
    /** 04, x and y in hexadecimal, of a private key in hexadecimal. */
    getPublicKeyFromPrivateKey(privateKey: string): string;
  }
  const smCrypto: { readonly sm2: Sm2 };
  export default smCrypto;
}
