import type { AttributeName, Attributes } from './attributes.ts';
import type { MECHANISMS, OAEP_HASHES } from './constants.ts';

/** A handle of a session or an object: a CK_ULONG. */
export type Handle = bigint;

export type MechanismName = keyof typeof MECHANISMS;

/** A mechanism and its parameters. */
export type Mechanism =
  | { readonly name: Exclude<MechanismName, 'rsa-oaep'> }
  | { readonly name: 'rsa-oaep'; readonly hash: keyof typeof OAEP_HASHES };

/** Of C_GetInfo, blanks at the end cut off. */
export interface ModuleInfo {
  /** The version of Cryptoki that the module implements, such as `2.40`. */
  readonly cryptokiVersion: string;
  readonly manufacturer: string;
  readonly description: string;
  readonly version: string;
}

/** Of C_GetTokenInfo, blanks at the end cut off. */
export interface TokenInfo {
  readonly label: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly serial: string;
  readonly firmware: string;
  readonly flags: number;
}

interface InSession {
  readonly session: Handle;
}

/**
 * The calls to a module, each a function of PKCS#11 or two that belong together: what it is given and what it answers.
 * Nothing but a PIN is secret in them: data keys stay in the module.
 */
export interface Calls {
  /** dlopen, C_GetFunctionList, C_Initialize, C_GetInfo. `parameters` are those of NSS (`configdir=…`). */
  readonly load: {
    request: { readonly path: string; readonly parameters?: string | undefined };
    answer: ModuleInfo;
  };
  /** C_GetSlotList of slots with a token. */
  readonly slots: { request: object; answer: readonly bigint[] };
  readonly tokenInfo: { request: { readonly slot: bigint }; answer: TokenInfo };
  /** The flags of C_GetMechanismInfo; 0 where the token does not know the mechanism. */
  readonly mechanismFlags: {
    request: { readonly slot: bigint; readonly mechanism: MechanismName };
    answer: number;
  };
  readonly openSession: {
    request: { readonly slot: bigint; readonly readWrite: boolean };
    answer: Handle;
  };
  /** C_Login of the user. Without a PIN the token asks for it itself. The PIN is overwritten where it arrives. */
  readonly login: {
    request: InSession & { readonly pin: Uint8Array | undefined };
    answer: undefined;
  };
  readonly logout: { request: InSession; answer: undefined };
  readonly closeSession: { request: InSession; answer: undefined };
  /** C_FindObjectsInit, C_FindObjects, C_FindObjectsFinal: all objects that match, up to 1,000. */
  readonly findObjects: {
    request: InSession & { readonly template: Attributes };
    answer: readonly Handle[];
  };
  /** C_GetAttributeValue, one by one: what the token does not show or does not have is left out. */
  readonly getAttributes: {
    request: InSession & { readonly object: Handle; readonly names: readonly AttributeName[] };
    answer: Attributes;
  };
  readonly setAttributes: {
    request: InSession & { readonly object: Handle; readonly template: Attributes };
    answer: undefined;
  };
  readonly copyObject: {
    request: InSession & { readonly object: Handle; readonly template: Attributes };
    answer: Handle;
  };
  readonly destroyObject: {
    request: InSession & { readonly object: Handle };
    answer: undefined;
  };
  readonly generateKeyPair: {
    request: InSession & {
      readonly mechanism: Mechanism;
      readonly publicTemplate: Attributes;
      readonly privateTemplate: Attributes;
    };
    answer: { readonly publicKey: Handle; readonly privateKey: Handle };
  };
  readonly unwrapKey: {
    request: InSession & {
      readonly mechanism: Mechanism;
      readonly unwrappingKey: Handle;
      readonly wrapped: Uint8Array;
      readonly template: Attributes;
    };
    answer: Handle;
  };
  /** C_EncryptInit and C_Encrypt. */
  readonly encrypt: {
    request: InSession & {
      readonly mechanism: Mechanism;
      readonly key: Handle;
      readonly data: Uint8Array;
    };
    answer: Uint8Array;
  };
  /** C_DigestInit, C_DigestUpdate with `prefix`, C_DigestKey, C_DigestFinal. */
  readonly digestKey: {
    request: InSession & {
      readonly mechanism: Mechanism;
      readonly prefix: Uint8Array;
      readonly key: Handle;
    };
    answer: Uint8Array;
  };
}

export type CallName = keyof Calls;
export type RequestOf<Name extends CallName> = Calls[Name]['request'];
export type AnswerOf<Name extends CallName> = Calls[Name]['answer'];

/** A module that can be called. `CryptokiFailure` is what a function of it refuses with. */
export type CallModule = <Name extends CallName>(
  name: Name,
  request: RequestOf<Name>,
) => Promise<AnswerOf<Name>>;

/** A function of PKCS#11 returned something else than CKR_OK. */
export class CryptokiFailure extends Error {
  /** Such as `C_UnwrapKey`. */
  readonly functionName: string;
  /** The CK_RV. */
  readonly returnValue: number;

  constructor(functionName: string, returnValue: number) {
    super(`${functionName} returned ${returnValue}`);
    this.name = 'CryptokiFailure';
    this.functionName = functionName;
    this.returnValue = returnValue;
  }
}
