/* The X.509 part of node-forge, imported alone to keep the rest out of the bundle. Strings are binary strings: one
   character, one byte. */

declare module 'node-forge/lib/x509.js' {
  import type { md } from 'node-forge';
  import type { Asn1 } from 'node-forge/lib/asn1.js';

  interface Attribute {
    readonly name: string;
    readonly value: string;
  }

  export interface Certificate {
    publicKey: unknown;
    /** The bytes of the INTEGER, in hexadecimal. */
    serialNumber: string;
    readonly validity: { notBefore: Date; notAfter: Date };
    readonly subject: { readonly attributes: readonly Attribute[] };
    setSubject(attributes: readonly Attribute[]): void;
    setIssuer(attributes: readonly Attribute[]): void;
    setExtensions(extensions: readonly Readonly<Record<string, unknown>>[]): void;
    generateSubjectKeyIdentifier(): { getBytes(): string };
    /** Sets `tbsCertificate`, then asks the key for the signature. */
    sign(key: { sign(digest: md.MessageDigest): string }, digest: md.MessageDigest): void;
    readonly tbsCertificate: Asn1;
  }

  const x509: {
    createCertificate(): Certificate;
    certificateToPem(certificate: Certificate): string;
    publicKeyFromPem(pem: string): unknown;
  };
  export default x509;
}
