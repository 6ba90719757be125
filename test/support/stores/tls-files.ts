/** The private key and the certificate of a server, as files. */
export interface TlsFiles {
  readonly key: string;
  readonly certificate: string;
}
