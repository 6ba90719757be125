import type { KeyObject } from 'node:crypto';
import {
  constants,
  createCipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
} from 'node:crypto';
import type { AttributeName, Attributes } from '../../../src/hsm/cryptoki/attributes.ts';
import type {
  AnswerOf,
  CallModule,
  CallName,
  Handle,
  RequestOf,
} from '../../../src/hsm/cryptoki/calls.ts';
import { CryptokiFailure } from '../../../src/hsm/cryptoki/calls.ts';
import {
  CLASSES,
  MECHANISM_FLAGS,
  RETURN_VALUES,
  TOKEN_FLAGS,
} from '../../../src/hsm/cryptoki/constants.ts';
import { testKey } from '../wrapping/wrapping-keys.ts';

/** What tokens really do otherwise than the standard says, each seen in one. */
export interface Quirks {
  /** The hashes of OAEP that it takes. SoftHSM: sha1 alone. */
  readonly hashes: readonly ('sha1' | 'sha256')[];
  /** What it answers to a corrupted export. */
  readonly corrupted: keyof typeof RETURN_VALUES;
  /** What it answers to a hash that it does not take. */
  readonly unknownHash: keyof typeof RETURN_VALUES;
  /** opencryptoki: SENSITIVE and EXTRACTABLE of a template are passed over. */
  readonly ignoresProtection: boolean;
  /** Such a token that does not let them be set either. */
  readonly fixesProtection: boolean;
  /** NSS: a second object with the same CKA_ID replaces the first. */
  readonly replacesSameId: boolean;
  /** tpm2-pkcs11. */
  readonly hasSessionPairs: boolean;
  /** A private key must decrypt too. */
  readonly wantsDecrypt: boolean;
  /** Of the objects of the token. */
  readonly room: number;
  /** A copy is another key. */
  readonly copiesWrongKey: boolean;
  readonly digestsKeys: boolean;
  /** CKA_VALUE_LEN after an unwrap. SoftHSM: 0. */
  readonly tellsLength: boolean;
  readonly pin: string;
  readonly flags: number;
  /** Runs before each call: what it throws, the call throws. */
  readonly before: (name: CallName, count: number) => void;
}

export const STANDARD: Quirks = {
  hashes: ['sha256', 'sha1'],
  corrupted: 'CKR_WRAPPED_KEY_INVALID',
  unknownHash: 'CKR_MECHANISM_PARAM_INVALID',
  ignoresProtection: false,
  fixesProtection: true,
  replacesSameId: false,
  hasSessionPairs: true,
  wantsDecrypt: false,
  room: 100,
  copiesWrongKey: false,
  digestsKeys: true,
  tellsLength: true,
  pin: '1234',
  flags: TOKEN_FLAGS.TokenInitialized | TOKEN_FLAGS.LoginRequired | TOKEN_FLAGS.UserPinInitialized,
  before: () => undefined,
};

/** Every pair of every such token is this one: making one takes time. */
const PAIR = createPrivateKey(testKey('rsa-2048.pem'));

interface StoredObject {
  attributes: Attributes;
  readonly secret?: Buffer;
  readonly privateKey?: KeyObject;
}

/** A token in memory. */
export interface FakeToken {
  readonly call: CallModule;
  /** What lies in it and outlives a session. */
  readonly kept: () => Attributes[];
  /** The names of the calls, in order. */
  readonly calls: readonly CallName[];
}

/** Makes a token with one slot, 7, and the label `fake`. */
export function fakeToken(changes: Partial<Quirks> = {}): FakeToken {
  const quirks = { ...STANDARD, ...changes };
  const objects = new Map<Handle, StoredObject>();
  const calls: CallName[] = [];
  let next = 1n;

  const fail = (functionName: string, name: keyof typeof RETURN_VALUES): never => {
    throw new CryptokiFailure(functionName, RETURN_VALUES[name]);
  };
  const store = (object: StoredObject): Handle => {
    const { TOKEN, ID, CLASS } = object.attributes;
    const kept = [...objects].filter(([, { attributes }]) => attributes.TOKEN === true);
    if (TOKEN === true && kept.length >= quirks.room) fail('C_CopyObject', 'CKR_DEVICE_MEMORY');
    if (TOKEN === true && quirks.replacesSameId) {
      for (const [handle, { attributes }] of kept) {
        if (attributes.CLASS === CLASS && sameBytes(attributes.ID, ID)) objects.delete(handle);
      }
    }
    objects.set(next, object);
    return next++;
  };
  const found = (handle: Handle): StoredObject =>
    objects.get(handle) ?? fail('C_GetAttributeValue', 'CKR_OBJECT_HANDLE_INVALID');

  const handlers: { [Name in CallName]: (request: RequestOf<Name>) => AnswerOf<Name> } = {
    load: () => ({
      cryptokiVersion: '2.40',
      manufacturer: 'Fake',
      description: 'a token in memory',
      version: '1.0',
    }),
    slots: () => [7n],
    tokenInfo: () => ({
      label: 'fake',
      manufacturer: 'Fake',
      model: 'memory',
      serial: '0001',
      firmware: '1.0',
      flags: quirks.flags,
    }),
    mechanismFlags: ({ mechanism }) =>
      mechanism === 'rsa-oaep' ? MECHANISM_FLAGS.unwrap : MECHANISM_FLAGS.generatePair,
    openSession: () => 1n,
    login: ({ pin }) => {
      const isRight = pin === undefined || Buffer.from(pin).toString() === quirks.pin;
      return isRight ? undefined : fail('C_Login', 'CKR_PIN_INCORRECT');
    },
    logout: () => undefined,
    closeSession: () => {
      for (const [handle, { attributes }] of objects) {
        if (attributes.TOKEN !== true) objects.delete(handle);
      }
      return undefined;
    },
    findObjects: ({ template }) =>
      [...objects].filter(([, object]) => matches(object, template)).map(([handle]) => handle),
    getAttributes: ({ object, names }) => shown(found(object), names),
    setAttributes: ({ object, template }) => {
      if (!quirks.fixesProtection) fail('C_SetAttributeValue', 'CKR_ATTRIBUTE_READ_ONLY');
      const stored = found(object);
      stored.attributes = { ...stored.attributes, ...template };
      return undefined;
    },
    copyObject: ({ object, template }) => {
      const stored = found(object);
      const secret = quirks.copiesWrongKey ? Buffer.alloc(32, 9) : stored.secret;
      return store({
        ...stored,
        ...(secret && { secret }),
        attributes: { ...stored.attributes, ...template },
      });
    },
    destroyObject: ({ object }) => {
      found(object);
      objects.delete(object);
      return undefined;
    },
    generateKeyPair: ({ publicTemplate, privateTemplate }) => {
      const isForSession = privateTemplate.TOKEN !== true;
      if (isForSession && !quirks.hasSessionPairs) {
        fail('C_GenerateKeyPair', 'CKR_ATTRIBUTE_VALUE_INVALID');
      }
      if (quirks.wantsDecrypt && privateTemplate.DECRYPT !== true) {
        fail('C_GenerateKeyPair', 'CKR_GENERAL_ERROR');
      }
      const { n, e } = createPublicKey(PAIR).export({ format: 'jwk' });
      const shared = {
        KEY_TYPE: 0,
        MODULUS: Buffer.from(n ?? '', 'base64url'),
        PUBLIC_EXPONENT: Buffer.from(e ?? '', 'base64url'),
      };
      return {
        publicKey: store({
          attributes: { ...publicTemplate, ...shared, CLASS: CLASSES['public-key'] },
        }),
        privateKey: store({
          attributes: { ...privateTemplate, ...shared, CLASS: CLASSES['private-key'] },
          privateKey: PAIR,
        }),
      };
    },
    unwrapKey: ({ mechanism, unwrappingKey, wrapped, template }) => {
      const { privateKey } = found(unwrappingKey);
      if (mechanism.name !== 'rsa-oaep' || privateKey === undefined) {
        return fail('C_UnwrapKey', 'CKR_MECHANISM_INVALID');
      }
      if (!quirks.hashes.includes(mechanism.hash)) return fail('C_UnwrapKey', quirks.unknownHash);
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      let secret: Buffer;
      try {
        secret = privateDecrypt({ key: privateKey, padding, oaepHash: mechanism.hash }, wrapped);
      } catch {
        return fail('C_UnwrapKey', quirks.corrupted);
      }
      const protection = quirks.ignoresProtection ? { SENSITIVE: false, EXTRACTABLE: true } : {};
      const VALUE_LEN = quirks.tellsLength ? secret.length : 0;
      return store({ secret, attributes: { ...template, ...protection, VALUE_LEN } });
    },
    encrypt: ({ key, data }) => {
      const secret = found(key).secret ?? Buffer.alloc(0);
      if (![16, 24, 32].includes(secret.length)) fail('C_EncryptInit', 'CKR_KEY_SIZE_RANGE');
      const cipher = createCipheriv(`aes-${secret.length * 8}-ecb`, secret, null);
      cipher.setAutoPadding(false);
      return Buffer.concat([cipher.update(data), cipher.final()]);
    },
    digestKey: ({ prefix, key }) => {
      if (!quirks.digestsKeys) fail('C_DigestKey', 'CKR_KEY_INDIGESTIBLE');
      return createHash('sha256')
        .update(prefix)
        .update(found(key).secret ?? '')
        .digest();
    },
  };

  return {
    calls,
    kept: () =>
      [...objects.values()].map(({ attributes }) => attributes).filter(({ TOKEN }) => TOKEN),
    // An answer may throw as it is made: the caller gets a rejection, as from a process.
    call: async (name, request) => {
      calls.push(name);
      await Promise.resolve();
      quirks.before(name, calls.filter((other) => other === name).length);
      return handlers[name](request);
    },
  };
}

function shown({ attributes, secret }: StoredObject, names: readonly AttributeName[]): Attributes {
  const isSecret = attributes.SENSITIVE === true || attributes.EXTRACTABLE === false;
  const visible = { ...attributes, ...(secret && !isSecret && { VALUE: secret }) };
  return Object.fromEntries(
    names.flatMap((name) => (visible[name] === undefined ? [] : [[name, visible[name]]])),
  );
}

function matches({ attributes }: StoredObject, template: Attributes): boolean {
  return Object.entries(template).every(([name, value]) => {
    const own = attributes[name as AttributeName];
    return value instanceof Uint8Array ? sameBytes(own, value) : own === value;
  });
}

function sameBytes(one: unknown, other: unknown): boolean {
  return (
    one instanceof Uint8Array && other instanceof Uint8Array && Buffer.compare(one, other) === 0
  );
}
