import type { OwnError } from '../../base/error.ts';
import { hasCode, KmsxError, kmsxError } from '../../base/error.ts';
import { fileWord, publicHalfName, shellWord } from '../../base/text/shell-word.ts';
import { base64Filter } from '../dress/encoding-layers.ts';
import type { Filter } from '../dress/layer.ts';
import { opensslFilter, pipeline } from '../dress/layer.ts';
import type { Undressed } from '../dress/undress.ts';
import { undress } from '../dress/undress.ts';
import { takeCertificate } from './chain-refusal.ts';
import { openKeyFile } from '../key-file.ts';
import { eachIntoItsOwn, withoutTrailingBytes } from './one-key.ts';

/** Reads a public key that KMS takes; its form ends with how it is written down, as in `spki-pem`. */
type ReadKey = (bytes: Buffer) => { readonly form: string; readonly fingerprint: string };

/** After a private key that none of the usual programs reads, or that has no public half. */
const NO_COMMAND =
  'export the public half with the program that made it, or make a pair with kmsx keygen';

/** What is under the layers around a key. */
type Found =
  | { readonly kind: 'public'; readonly extension: string; readonly fingerprint: string }
  | { readonly kind: 'private'; readonly filters: readonly Filter[] }
  | { readonly kind: 'chain'; readonly filters: readonly Filter[]; readonly words: string }
  /** Several keys in PEM. */
  | { readonly kind: 'several' }
  | { readonly kind: 'refused'; readonly error: KmsxError };

type Key = Undressed<Exclude<Found, { kind: 'refused' | 'several' }>>;

/** RC2 with 40 bits in PKCS#12 (RFC 7292 appendix C): OpenSSL 3 has it in its legacy provider only. */
const PKCS12_RC2 = Buffer.from('060a2a864886f70d010c0106', 'hex');

/**
 * Finds out what a file is that is not read as a public key: in which form it holds one, and which command makes a file
 * of it that is read. Every command is one that can read this file, and what it writes has been read here.
 *
 * @param error - why it was not read
 * @returns an error that names the form; or `error`, if the form is unknown
 */
export function explainForm(
  bytes: Buffer,
  label: string,
  error: OwnError,
  read: ReadKey,
): KmsxError {
  if (hasCode(error, 'pubkey-is-private') && isPlainPrivate(bytes)) return error;
  const oneKey = hasCode(error, 'pubkey-trailing-bytes')
    ? withoutTrailingBytes(bytes, label)
    : hasCode(error, 'pubkey-several') && eachIntoItsOwn(bytes, label);
  if (typeof oneKey === 'string') return error.with({ hints: error.hints ?? [oneKey] });
  const found = undress(bytes, (inner) => judge(inner, inner === bytes, read));
  const keys = distinct(found.filter(isKey));
  const [first, ...others] = keys;
  if (first === undefined) {
    for (const { layers, found: each } of found) {
      if (each.kind === 'refused') return each.error;
      if (each.kind === 'several') return severalWithin(layers, label);
    }
    return hasCode(error, 'pubkey-is-private') ? error.with({ hints: [NO_COMMAND] }) : error;
  }
  const words = wordsOf(first.layers);
  const hints = keys.map((key, index) =>
    command(key, label, others.length === 0 ? undefined : index + 1),
  );
  if (keys.some(isPrivate) || hasCode(error, 'pubkey-is-private')) {
    const what = ['holds a private key', words].filter((each) => each !== '').join(' ');
    const message = `${label} ${what}; --pubkey takes the public half`;
    return kmsxError('pubkey-is-private', message, { details: { label }, hints });
  }
  if (hasCode(error, 'pubkey-several')) return error.with({ hints });
  if (others.length > 0) {
    const message = `${label} holds ${keys.length} public keys ${words} where one belongs`;
    return kmsxError('pubkey-several', message, { hints });
  }
  const message = `${label} holds a public key ${words}`;
  if (hasCode(error, 'pubkey-unsupported')) return error.with({ message, hints });
  return kmsxError('pubkey-malformed', message, { details: { label }, hints });
}

function isKey(each: Undressed<Found>): each is Key {
  return each.found.kind !== 'refused' && each.found.kind !== 'several';
}

/** Keys that are no chain, in another form: they come out first, and the next run says how to part them. */
function severalWithin(layers: Key['layers'], label: string): KmsxError {
  const message = `${label} holds several keys ${wordsOf(layers)} where one belongs`;
  const filters = layers.map(({ filter }) => filter);
  const name = publicHalfName(label, 'keys.pem');
  const hints = [
    `${pipeline(filters, fileWord(label))} > ${shellWord(name)}`,
    'then give that file as --pubkey: the hint after it takes one key out',
  ];
  return kmsxError('pubkey-several', message, { hints });
}

function wordsOf(layers: Key['layers']): string {
  return layers.map(({ words }) => words).join(' and ');
}

/** Errors that say that the bytes are no key: there may be one under what is around it. */
const UNREADABLE = [
  'pubkey-malformed',
  'pubkey-trailing-bytes',
  'json-malformed',
  'json-name-twice',
  'input-empty',
] as const;

function judge(bytes: Buffer, isWhole: boolean, read: ReadKey): Found | undefined {
  try {
    const { form, fingerprint } = read(bytes);
    return { kind: 'public', extension: extensionOf(form), fingerprint };
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    if (hasCode(error, ...UNREADABLE)) return undefined;
    if (hasCode(error, 'pubkey-is-private')) {
      const filters = filtersToPublicHalf(bytes);
      return filters === undefined ? undefined : { kind: 'private', filters };
    }
    if (!isWhole && hasCode(error, 'pubkey-several')) {
      const { certificate } = error.details;
      if (certificate !== undefined) return chain(certificate);
      return openKeyFile(bytes).kind === 'pem' ? { kind: 'several' } : undefined;
    }
    const isOpenSsh = hasCode(error, 'pubkey-unsupported') && error.details.keyType === 'openssh';
    return isWhole || isOpenSsh ? undefined : { kind: 'refused', error };
  }
}

function chain(certificate: number | 'NUMBER'): Found {
  const words = certificate === 'NUMBER' ? ", with the number of the key's own certificate" : '';
  return { kind: 'chain', filters: [takeCertificate(certificate)], words };
}

function extensionOf(form: string): string {
  if (form === 'jwk') return 'jwk';
  const armour = form.slice(form.lastIndexOf('-') + 1);
  return armour === 'base64' ? 'b64' : armour;
}

/** Where there are several, the first of each key. */
function distinct(keys: readonly Key[]): readonly Key[] {
  const isOther = ({ found }: Key, index: number): boolean =>
    found.kind !== 'public' ||
    !keys
      .slice(0, index)
      .some(
        ({ found: earlier }) =>
          earlier.kind === 'public' && earlier.fingerprint === found.fingerprint,
      );
  return keys.filter(isOther);
}

function isPrivate({ layers, found }: Key): boolean {
  return found.kind === 'private' || layers.some((layer) => layer.isPrivate);
}

/** @param number - which of several keys; undefined where there is one */
function command({ layers, found }: Key, label: string, number: number | undefined): string {
  const filters = layers.map(({ filter }) => filter);
  if (found.kind !== 'public') filters.push(...found.filters);
  const extension = found.kind === 'public' ? found.extension : 'pem';
  const name = publicHalfName(label, number === undefined ? extension : `${number}.${extension}`);
  const words = found.kind === 'chain' ? found.words : '';
  return `${pipeline(filters, fileWord(label))} > ${shellWord(name)}${words}`;
}

const TO_PUBLIC_HALF = opensslFilter('pkey', '-pubout');
const RC2_TO_PUBLIC_HALF = opensslFilter('pkey', '-provider legacy -provider default -pubout');

/** What makes the public half of a private key; undefined, if OpenSSL does not read the form. */
function filtersToPublicHalf(bytes: Buffer): readonly Filter[] | undefined {
  const file = openKeyFile(bytes);
  if (file.kind === 'pem') {
    const isOfOthers = file.blocks.some((block) => /^(?:OPENSSH|PGP) /.test(block.label));
    return isOfOthers ? undefined : [TO_PUBLIC_HALF];
  }
  if (file.kind !== 'der' && file.kind !== 'base64') return undefined;
  const isRc2 = file.structure === 'pkcs12' && file.der.includes(PKCS12_RC2);
  const filter = isRc2 ? RC2_TO_PUBLIC_HALF : TO_PUBLIC_HALF;
  if (file.kind === 'der') return [filter];
  file.der.fill(0);
  return [base64Filter(bytes), filter];
}

/** Whether the hint for any private key will do. */
function isPlainPrivate(bytes: Buffer): boolean {
  const [first] = filtersToPublicHalf(bytes) ?? [];
  return first === TO_PUBLIC_HALF;
}
