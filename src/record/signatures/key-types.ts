/** A curve of NIST, by the names of SSH and of JSON Web Keys. */
interface Curve {
  readonly name: 'nistp256' | 'nistp384' | 'nistp521';
  readonly jwk: 'P-256' | 'P-384' | 'P-521';
  /** Of a coordinate, and of r and s of a signature. */
  readonly bytes: number;
  readonly hash: 'sha256' | 'sha384' | 'sha512';
}

/** A type of key of OpenSSH. */
export type KeyType = {
  /** As keys and signatures name it. */
  readonly name: string;
  /** Whether it is the key of a FIDO authenticator, which signs with a counter and what it knows of the user. */
  readonly isHardware: boolean;
} & (
  | { readonly family: 'ed25519' }
  | { readonly family: 'rsa' }
  | { readonly family: 'ecdsa'; readonly curve: Curve }
);

const P256: Curve = { name: 'nistp256', jwk: 'P-256', bytes: 32, hash: 'sha256' };
const P384: Curve = { name: 'nistp384', jwk: 'P-384', bytes: 48, hash: 'sha384' };
const P521: Curve = { name: 'nistp521', jwk: 'P-521', bytes: 66, hash: 'sha512' };

const KEY_TYPES: readonly KeyType[] = [
  { name: 'ssh-ed25519', isHardware: false, family: 'ed25519' },
  { name: 'ecdsa-sha2-nistp256', isHardware: false, family: 'ecdsa', curve: P256 },
  { name: 'ecdsa-sha2-nistp384', isHardware: false, family: 'ecdsa', curve: P384 },
  { name: 'ecdsa-sha2-nistp521', isHardware: false, family: 'ecdsa', curve: P521 },
  { name: 'ssh-rsa', isHardware: false, family: 'rsa' },
  { name: 'sk-ssh-ed25519@openssh.com', isHardware: true, family: 'ed25519' },
  { name: 'sk-ecdsa-sha2-nistp256@openssh.com', isHardware: true, family: 'ecdsa', curve: P256 },
];

/** The type of a key by its name. */
export function keyTypeOf(name: string): KeyType | undefined {
  return KEY_TYPES.find((type) => type.name === name);
}

/** The type of the key in a certificate, by the certificate's type: `ssh-rsa-cert-v01@openssh.com` and the like. */
export function certifiedTypeOf(name: string): KeyType | undefined {
  return KEY_TYPES.find(
    (type) => `${type.name.replace('@openssh.com', '')}-cert-v01@openssh.com` === name,
  );
}
