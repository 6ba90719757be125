import type { AttributeName } from '../cryptoki/attributes.ts';
import { ATTRIBUTES } from '../cryptoki/attributes.ts';
import type { AnswerOf, CallName, Handle, ModuleInfo, RequestOf } from '../cryptoki/calls.ts';
import { CryptokiFailure } from '../cryptoki/calls.ts';
import { MECHANISMS, RETURN_VALUES, SESSION_FLAGS } from '../cryptoki/constants.ts';
import type { Library } from './library.ts';
import { loadLibrary } from './library.ts';
import { ATTRIBUTE_BYTES, attributeValue, Memory, UNAVAILABLE, WORD } from './memory.ts';
import { initialise, moduleInfo, tokenInfo } from './module-info.ts';

const CKU_USER = 1n;
const MAX_OBJECTS = 1_000n;
/** The largest modules have some hundreds. */
const MAX_SLOTS = 1_000n;
/** The longest value of an attribute that is read: a modulus of 16,384 bits has 2,048. */
const MAX_VALUE_BYTES = 65_536n;
const AES_BLOCK_BYTES = 16;
const DIGEST_BYTES = 64;

/** A module that was loaded into this process. */
export interface LoadedModule {
  readonly info: ModuleInfo;
  readonly library: Library;
}

/**
 * Loads and initialises a module.
 *
 * @throws Error, CryptokiFailure
 */
export function load({ path, parameters }: RequestOf<'load'>): LoadedModule {
  const library = loadLibrary(path);
  return withMemory((memory) => {
    initialise(library, parameters, memory);
    return { library, info: moduleInfo(library, memory) };
  });
}

/** A module answered what it cannot mean. */
export class NonsenseError extends Error {}

type Handlers = {
  readonly [Name in Exclude<CallName, 'load'>]: (
    library: Library,
    request: RequestOf<Name>,
    memory: Memory,
  ) => AnswerOf<Name>;
};

const HANDLERS: Handlers = {
  slots: ({ call }, _request, memory) => {
    const count = memory.block(WORD);
    call('C_GetSlotList', 1n, null, count);
    if (count.readBigUInt64LE() > MAX_SLOTS) throw new NonsenseError('more slots than any has');
    const slots = memory.block(Number(count.readBigUInt64LE()) * WORD);
    if (count.readBigUInt64LE() > 0n) call('C_GetSlotList', 1n, slots, count);
    return words(slots, count);
  },
  tokenInfo: (library, { slot }, memory) => tokenInfo(library, slot, memory),
  mechanismFlags: ({ tryCall }, { slot, mechanism }, memory) => {
    const info = memory.block(3 * WORD);
    const returned = tryCall('C_GetMechanismInfo', slot, BigInt(MECHANISMS[mechanism]), info);
    return returned === RETURN_VALUES.CKR_OK ? Number(info.readBigUInt64LE(2 * WORD)) : 0;
  },
  openSession: ({ call }, { slot, readWrite }, memory) => {
    const session = memory.block(WORD);
    const flags = SESSION_FLAGS.serial | (readWrite ? SESSION_FLAGS.readWrite : 0);
    call('C_OpenSession', slot, BigInt(flags), null, null, session);
    return session.readBigUInt64LE();
  },
  login: ({ call }, { session, pin }, memory) => {
    try {
      const bytes = pin === undefined ? null : memory.copy(pin);
      call('C_Login', session, CKU_USER, bytes, BigInt(pin?.length ?? 0));
    } finally {
      pin?.fill(0);
    }
    return undefined;
  },
  logout: ({ call }, { session }) => {
    call('C_Logout', session);
    return undefined;
  },
  closeSession: ({ call }, { session }) => {
    call('C_CloseSession', session);
    return undefined;
  },
  findObjects: ({ call, tryCall }, { session, template }, memory) => {
    const { array, count } = memory.template(template);
    call('C_FindObjectsInit', session, array, count);
    try {
      const found = memory.block(Number(MAX_OBJECTS) * WORD);
      const foundCount = memory.block(WORD);
      call('C_FindObjects', session, found, MAX_OBJECTS, foundCount);
      return words(found, foundCount);
    } finally {
      tryCall('C_FindObjectsFinal', session);
    }
  },
  getAttributes: (library, { session, object, names }, memory) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = readAttribute(library, session, object, name, memory);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  setAttributes: ({ call }, { session, object, template }, memory) => {
    const { array, count } = memory.template(template);
    call('C_SetAttributeValue', session, object, array, count);
    return undefined;
  },
  copyObject: ({ call }, { session, object, template }, memory) => {
    const { array, count } = memory.template(template);
    const copy = memory.block(WORD);
    call('C_CopyObject', session, object, array, count, copy);
    return copy.readBigUInt64LE();
  },
  destroyObject: ({ call }, { session, object }) => {
    call('C_DestroyObject', session, object);
    return undefined;
  },
  generateKeyPair: ({ call }, { session, mechanism, ...templates }, memory) => {
    const publicTemplate = memory.template(templates.publicTemplate);
    const privateTemplate = memory.template(templates.privateTemplate);
    const publicKey = memory.block(WORD);
    const privateKey = memory.block(WORD);
    call(
      'C_GenerateKeyPair',
      session,
      memory.mechanism(mechanism),
      publicTemplate.array,
      publicTemplate.count,
      privateTemplate.array,
      privateTemplate.count,
      publicKey,
      privateKey,
    );
    return { publicKey: publicKey.readBigUInt64LE(), privateKey: privateKey.readBigUInt64LE() };
  },
  unwrapKey: ({ call }, { session, mechanism, unwrappingKey, wrapped, template }, memory) => {
    const { array, count } = memory.template(template);
    const key = memory.block(WORD);
    call(
      'C_UnwrapKey',
      session,
      memory.mechanism(mechanism),
      unwrappingKey,
      memory.copy(wrapped),
      BigInt(wrapped.length),
      array,
      count,
      key,
    );
    return key.readBigUInt64LE();
  },
  encrypt: ({ call }, { session, mechanism, key, data }, memory) => {
    call('C_EncryptInit', session, memory.mechanism(mechanism), key);
    const length = data.length + AES_BLOCK_BYTES;
    return output(memory, length, (out, outLength) => {
      call('C_Encrypt', session, memory.copy(data), BigInt(data.length), out, outLength);
    });
  },
  digestKey: ({ call, tryCall }, { session, mechanism, prefix, key }, memory) => {
    call('C_DigestInit', session, memory.mechanism(mechanism));
    call('C_DigestUpdate', session, memory.copy(prefix), BigInt(prefix.length));
    const returned = tryCall('C_DigestKey', session, key);
    const digest = output(memory, DIGEST_BYTES, (out, outLength) => {
      call('C_DigestFinal', session, out, outLength); // also ends an operation whose key was refused
    });
    if (returned !== RETURN_VALUES.CKR_OK) throw new CryptokiFailure('C_DigestKey', returned);
    return digest;
  },
};

/**
 * Performs a call to a loaded module.
 *
 * @throws CryptokiFailure
 */
export function perform<Name extends Exclude<CallName, 'load'>>(
  { library }: LoadedModule,
  name: Name,
  request: RequestOf<Name>,
): AnswerOf<Name> {
  return withMemory((memory) => HANDLERS[name](library, request, memory));
}

function withMemory<T>(use: (memory: Memory) => T): T {
  const memory = new Memory();
  try {
    return use(memory);
  } finally {
    memory.clear();
  }
}

/** Runs a function that writes bytes and their number. */
function output(
  memory: Memory,
  maxBytes: number,
  run: (bytes: Buffer, length: Buffer) => void,
): Uint8Array {
  const bytes = memory.block(maxBytes);
  const length = memory.block(WORD);
  length.writeBigUInt64LE(BigInt(maxBytes));
  run(bytes, length);
  return new Uint8Array(bytes.subarray(0, Number(length.readBigUInt64LE())));
}

function words(array: Buffer, count: Buffer): Handle[] {
  const length = Number(count.readBigUInt64LE());
  if (length * WORD > array.length) throw new NonsenseError('more handles than there is room for');
  return Array.from({ length }, (_, index) => array.readBigUInt64LE(index * WORD));
}

/** Undefined for what the token does not show, or an object does not have. */
function readAttribute(
  { tryCall }: Library,
  session: Handle,
  object: Handle,
  name: AttributeName,
  memory: Memory,
): boolean | number | Uint8Array | undefined {
  const template = memory.block(ATTRIBUTE_BYTES);
  memory.attribute(template, 0, name, null, 0);
  const asked = tryCall('C_GetAttributeValue', session, object, template, 1n);
  const length = template.readBigUInt64LE(2 * WORD);
  const absent: readonly number[] = [
    RETURN_VALUES.CKR_ATTRIBUTE_SENSITIVE,
    RETURN_VALUES.CKR_ATTRIBUTE_TYPE_INVALID,
  ];
  if (absent.includes(asked) || length === UNAVAILABLE) return undefined;
  if (asked !== RETURN_VALUES.CKR_OK) throw new CryptokiFailure('C_GetAttributeValue', asked);
  const least = ATTRIBUTES[name].kind === 'number' ? BigInt(WORD) : 0n;
  if (length > MAX_VALUE_BYTES || length < least) return undefined;
  const value = memory.block(Number(length));
  memory.attribute(template, 0, name, value, Number(length));
  const read = tryCall('C_GetAttributeValue', session, object, template, 1n);
  if (absent.includes(read)) return undefined;
  if (read !== RETURN_VALUES.CKR_OK) throw new CryptokiFailure('C_GetAttributeValue', read);
  return attributeValue(name, value.subarray(0, Number(length)));
}
