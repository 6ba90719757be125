import { fileWord, publicHalfName, shellWord } from '../../base/text/shell-word.ts';
import { base64Filter } from '../dress/encoding-layers.ts';
import type { Filter } from '../dress/layer.ts';
import { naming, opensslFilter, pipeline } from '../dress/layer.ts';
import { openKeyFile } from '../key-file.ts';

/** Up to the end of the first PEM block. */
const FIRST_BLOCK = naming(String.raw`sed '/^-----END /{s/^\(-----END [^-]*-----\).*/\1/;q;}'`);
const FIRST_KEY = opensslFilter('pkey', '-pubin');
const FIRST_CERTIFICATE = opensslFilter('x509');

/**
 * The command that leaves out what follows the key of a file.
 *
 * @returns undefined if the file holds no such key
 */
export function withoutTrailingBytes(bytes: Buffer, label: string): string | undefined {
  const filters = filtersToFirst(bytes);
  if (filters === undefined) return undefined;
  return `${pipeline(filters, fileWord(label))} > ${shellWord(publicHalfName(label))}`;
}

function filtersToFirst(bytes: Buffer): readonly Filter[] | undefined {
  const file = openKeyFile(bytes);
  switch (file.kind) {
    case 'pem':
      if (file.hasTrailingBytes) return [FIRST_BLOCK];
      return [file.blocks[0].label.endsWith('CERTIFICATE') ? FIRST_CERTIFICATE : FIRST_KEY];
    case 'der':
    case 'base64': {
      const first = file.structure === 'certificate' ? FIRST_CERTIFICATE : FIRST_KEY;
      return file.kind === 'der' ? [first] : [base64Filter(bytes), first];
    }
    default:
      return undefined;
  }
}

/**
 * The command that writes each PEM block of a file into a file of its own, with a number in its name.
 *
 * @returns undefined if the file is not PEM
 */
export function eachIntoItsOwn(bytes: Buffer, label: string): string | undefined {
  if (openKeyFile(bytes).kind !== 'pem') return undefined;
  const [before = '', after = ''] = publicHalfName(label, '#.pem').split('#');
  const name = `("${before}" n "${after}")`;
  const program = `/^-----BEGIN /{n++;p=1}p{print > ${name}}/^-----END /{p=0}`;
  return `awk ${shellWord(program)} ${fileWord(label)}`;
}
