import type { DerValue } from '../der.ts';
import { derChildren, readDer } from '../der.ts';
import type { PemBlock } from '../pem.ts';
import { decodePemBody, encodePem, readPem } from '../pem.ts';
import type { Filter, Opener } from './layer.ts';
import { naming, opensslFilter } from './layer.ts';

/** pkcs7-signedData (RFC 5652 §5.1) in DER. */
const SIGNED_DATA = Buffer.from('06092a864886f70d010702', 'hex');

/** The tag of a value's content, `[0]` of a certificate request and of signedData. */
const CONTEXT_0 = 0xa0;

/** A file that is one PEM block, or DER. */
interface Whole {
  readonly der: Buffer;
  readonly block?: PemBlock;
}

function wholeOf(bytes: Buffer): Whole | undefined {
  const [block, ...others] = readPem(bytes)?.blocks ?? [];
  if (block === undefined) return bytes[0] === 0x30 ? { der: bytes } : undefined;
  const der = others.length === 0 ? decodePemBody(block) : undefined;
  return der === undefined ? undefined : { der, block };
}

function tagsOf(values: readonly DerValue[]): string {
  return values.map(({ tag }) => tag.toString(16)).join(' ');
}

/** OpenSSL tells PEM from DER only in newer versions, and not for every kind. */
function opensslOf(command: string, options: string, { block }: Whole): Filter {
  return opensslFilter(command, block === undefined ? `-inform DER ${options}` : options);
}

/** A certificate request (RFC 2986): its key goes to an authority, and here without one. */
const certificateRequest: Opener = (bytes) => {
  const whole = wholeOf(bytes);
  if (whole === undefined) return [];
  const parts = derChildren(whole.der);
  const info = derChildren(parts[0]);
  if (tagsOf(parts) !== '30 30 3' || tagsOf(info.slice(0, 3)) !== '2 30 30') return [];
  if (info.length > 4 || (info[3]?.tag ?? CONTEXT_0) !== CONTEXT_0) return [];
  const inner = encodePem('PUBLIC KEY', info[2]?.whole ?? Buffer.alloc(0));
  const filter = opensslOf('req', '-noout -pubkey', whole);
  return [{ words: 'in a certificate request (CSR)', inner, filter }];
};

/** Certificates in PKCS#7 (RFC 5652 §5.1), as Windows exports a chain. */
const pkcs7: Opener = (bytes) => {
  const whole = wholeOf(bytes);
  const [type, content] = derChildren(whole?.der);
  if (whole === undefined || type?.whole.equals(SIGNED_DATA) !== true) return [];
  const [signedData] = derChildren(content);
  const certificates = derChildren(derChildren(signedData).find(({ tag }) => tag === CONTEXT_0));
  if (certificates.length === 0) return [];
  const inner = Buffer.concat(certificates.map(({ whole: der }) => encodePem('CERTIFICATE', der)));
  return [{ words: 'in PKCS#7', inner, filter: pkcs7Filter(whole) }];
};

/** `openssl pkcs7` takes one name of the block, and others write the newer one. */
function pkcs7Filter(whole: Whole): Filter {
  const filter = opensslOf('pkcs7', '-print_certs', whole);
  if (whole.block?.label !== 'CMS') return filter;
  return (file) => `${naming("sed 's/ CMS-/ PKCS7-/'")(file)} | ${filter(undefined)}`;
}

/** A certificate with OpenSSL's own notes on what it is trusted for, after it. */
const trustedCertificate: Opener = (bytes) => {
  const whole = wholeOf(bytes);
  if (whole?.block?.label !== 'TRUSTED CERTIFICATE') return [];
  const certificate = readDer(whole.der);
  if (certificate === undefined) return [];
  const inner = encodePem('CERTIFICATE', certificate.whole);
  const words = 'in a trusted certificate of OpenSSL';
  return [{ words, inner, filter: opensslFilter('x509') }];
};

/** What holds a public key beside other things, in DER or PEM. */
export const CONTAINER_LAYERS: readonly Opener[] = [certificateRequest, pkcs7, trustedCertificate];
