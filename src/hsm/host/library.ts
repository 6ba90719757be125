import koffi from 'koffi';
import { CryptokiFailure } from '../cryptoki/calls.ts';
import { RETURN_VALUES } from '../cryptoki/constants.ts';
import { assertLayout, WORD } from './memory.ts';

/**
 * The functions that kmsx calls: the place of each in CK_FUNCTION_LIST (PKCS#11 2.40, pkcs11f.h), and its parameters: `u` a
 * CK_ULONG, `p` a pointer.
 */
const FUNCTIONS = {
  C_Initialize: { place: 0, parameters: 'p' },
  C_Finalize: { place: 1, parameters: 'p' },
  C_GetInfo: { place: 2, parameters: 'p' },
  C_GetSlotList: { place: 4, parameters: 'bpp' },
  C_GetTokenInfo: { place: 6, parameters: 'up' },
  C_GetMechanismInfo: { place: 8, parameters: 'uup' },
  C_OpenSession: { place: 12, parameters: 'uuppp' },
  C_CloseSession: { place: 13, parameters: 'u' },
  C_Login: { place: 18, parameters: 'uupu' },
  C_Logout: { place: 19, parameters: 'u' },
  C_CopyObject: { place: 21, parameters: 'uupup' },
  C_DestroyObject: { place: 22, parameters: 'uu' },
  C_GetAttributeValue: { place: 24, parameters: 'uupu' },
  C_SetAttributeValue: { place: 25, parameters: 'uupu' },
  C_FindObjectsInit: { place: 26, parameters: 'upu' },
  C_FindObjects: { place: 27, parameters: 'upup' },
  C_FindObjectsFinal: { place: 28, parameters: 'u' },
  C_EncryptInit: { place: 29, parameters: 'upu' },
  C_Encrypt: { place: 30, parameters: 'upupp' },
  C_DigestInit: { place: 37, parameters: 'up' },
  C_DigestUpdate: { place: 39, parameters: 'upu' },
  C_DigestKey: { place: 40, parameters: 'uu' },
  C_DigestFinal: { place: 41, parameters: 'upp' },
  C_GenerateKeyPair: { place: 59, parameters: 'uppupupp' },
  C_UnwrapKey: { place: 61, parameters: 'upupupup' },
} as const satisfies Readonly<
  Record<string, { readonly place: number; readonly parameters: string }>
>;

export type FunctionName = keyof typeof FUNCTIONS;

type Argument = bigint | Buffer | null;
type NativeFunction = (...args: readonly Argument[]) => number | bigint;

const PARAMETER_TYPES: Readonly<Record<string, string>> = { u: 'ulong', p: 'void *', b: 'uint8' };
const PLACES = 68;

/** A module in this process. */
export interface Library {
  /** Calls a function and returns its CK_RV. */
  readonly tryCall: (name: FunctionName, ...args: readonly Argument[]) => number;
  /**
   * Calls a function.
   *
   * @throws CryptokiFailure where it does not return CKR_OK
   */
  readonly call: (name: FunctionName, ...args: readonly Argument[]) => void;
}

/**
 * Loads a module (dlopen) and asks it for its functions (C_GetFunctionList). Nothing is initialised.
 *
 * @param path - absolute
 * @throws Error with the words of the system if it cannot be loaded or is no module; CryptokiFailure
 */
export function loadLibrary(path: string): Library {
  assertLayout();
  const library = koffi.load(path);
  const list = Buffer.from(new ArrayBuffer(WORD));
  const getFunctionList = library.func('C_GetFunctionList', 'ulong', ['void *']);
  const returnValue = Number(getFunctionList(list));
  if (returnValue !== 0) throw new CryptokiFailure('C_GetFunctionList', returnValue);
  // CK_VERSION fills the first word, by alignment.
  const table = Buffer.from(koffi.view(list.readBigUInt64LE(), (1 + PLACES) * WORD));
  const functions = new Map<FunctionName, NativeFunction>();
  for (const [name, { place, parameters }] of Object.entries(FUNCTIONS)) {
    const address = table.readBigUInt64LE((1 + place) * WORD);
    if (address === 0n) continue;
    const types = Array.from(parameters, (letter) => PARAMETER_TYPES[letter] ?? 'ulong');
    const found = koffi.decode(address, koffi.proto('ulong', types)) as NativeFunction;
    functions.set(name as FunctionName, found);
  }
  const tryCall: Library['tryCall'] = (name, ...args) => {
    const found = functions.get(name);
    return found === undefined ? RETURN_VALUES.CKR_FUNCTION_NOT_SUPPORTED : Number(found(...args));
  };
  return {
    tryCall,
    call: (name, ...args) => {
      const returned = tryCall(name, ...args);
      if (returned !== RETURN_VALUES.CKR_OK) throw new CryptokiFailure(name, returned);
    },
  };
}
