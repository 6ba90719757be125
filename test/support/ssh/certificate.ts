/* Certificates of OpenSSH, good ones and others. */
import type { Signing, SshKey } from './keys.ts';
import { str, uint32, uint64 } from './wire.ts';

/** What a certificate may say in place of what is usual: a user's, for alice, always valid, without options. */
export interface Certified extends Signing {
  readonly kind?: number;
  readonly principals?: readonly (string | Buffer)[];
  readonly validAfter?: bigint;
  readonly validBefore?: bigint;
  readonly critical?: Readonly<Record<string, string>>;
  readonly extensions?: Readonly<Record<string, string>>;
}

const FOREVER = 0xffff_ffff_ffff_ffffn;

/** A certificate (PROTOCOL.certkeys) of a key by an authority: what stands in the place of the public key. */
export function certificateBlob(key: SshKey, authority: SshKey, certified: Certified = {}): Buffer {
  const signed = Buffer.concat([
    str(`${key.type.replace('@openssh.com', '')}-cert-v01@openssh.com`),
    str('a nonce'),
    key.fields,
    uint64(1n),
    uint32(certified.kind ?? 1),
    str('a name for logs'),
    str(Buffer.concat((certified.principals ?? ['alice']).map(str))),
    uint64(certified.validAfter ?? 0n),
    uint64(certified.validBefore ?? FOREVER),
    str(pairs(certified.critical)),
    str(pairs(certified.extensions)),
    str(''),
    str(authority.publicBlob),
  ]);
  return Buffer.concat([signed, str(authority.sign(signed, certified))]);
}

const pairs = (values: Readonly<Record<string, string>> = {}): Buffer =>
  Buffer.concat(
    Object.entries(values).map(([name, value]) =>
      Buffer.concat([str(name), str(value === '' ? '' : str(value))]),
    ),
  );
