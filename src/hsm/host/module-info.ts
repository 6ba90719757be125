import type { ModuleInfo, TokenInfo } from '../cryptoki/calls.ts';
import type { Library } from './library.ts';
import type { Memory } from './memory.ts';
import { WORD } from './memory.ts';
import koffi from 'koffi';

const CKF_OS_LOCKING_OK = 2n;

/**
 * C_Initialize with CK_C_INITIALIZE_ARGS. With `parameters` it is NSS's longer structure, which has them before
 * `pReserved`: other modules refuse it.
 */
export function initialise(library: Library, parameters: string | undefined, memory: Memory): void {
  const args = memory.block(7 * WORD);
  args.writeBigUInt64LE(CKF_OS_LOCKING_OK, 4 * WORD);
  if (parameters !== undefined) {
    const text = memory.copy(Buffer.from(`${parameters}\0`));
    args.writeBigUInt64LE(koffi.address(text), 5 * WORD);
  }
  library.call('C_Initialize', args);
}

/** C_GetInfo: CK_INFO is a version, text of 32 bytes, flags, text of 32 bytes, a version. */
export function moduleInfo(library: Library, memory: Memory): ModuleInfo {
  const info = memory.block(88);
  library.call('C_GetInfo', info);
  return {
    cryptokiVersion: version(info, 0),
    manufacturer: text(info, 2, 32),
    description: text(info, 48, 32),
    version: version(info, 80),
  };
}

/** C_GetTokenInfo: CK_TOKEN_INFO is four texts, flags, ten numbers, two versions, a time. */
export function tokenInfo(library: Library, slot: bigint, memory: Memory): TokenInfo {
  const info = memory.block(208);
  library.call('C_GetTokenInfo', slot, info);
  return {
    label: text(info, 0, 32),
    manufacturer: text(info, 32, 32),
    model: text(info, 64, 16),
    serial: text(info, 80, 16),
    flags: Number(info.readBigUInt64LE(96)),
    firmware: version(info, 186),
  };
}

/** Text is padded with blanks; some modules pad with zeros. */
function text(structure: Buffer, at: number, length: number): string {
  return structure.toString('utf8', at, at + length).replace(/[\0 ]+$/, '');
}

function version(structure: Buffer, at: number): string {
  return `${structure[at] ?? 0}.${structure[at + 1] ?? 0}`;
}
