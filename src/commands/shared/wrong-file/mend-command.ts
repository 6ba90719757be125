import { existsSync } from 'node:fs';
import { absolutePath } from '../../../base/files/absolute-path.ts';
import { fileWord, shellWord } from '../../../base/text/shell-word.ts';
import type { Recognised } from '../../../documents/recognise/recognise.ts';
import { recognise } from '../../../documents/recognise/recognise.ts';
import type { Dress } from '../../../documents/recognise/undress.ts';
import type { Input } from '../../../terminal/files/inputs.ts';
import type { Io } from '../../../terminal/io.ts';

/** A program that reads a file, named after its options, or standard input. */
interface Filter {
  readonly command: string;
  /** It reads standard input alone. */
  readonly stdinOnly?: true;
}

const PADDING: Filter = {
  command: `tr -d '\\r\\n' | awk '{while(length%4)$0=$0"=";print}'`,
  stdinOnly: true,
};
const URL_LETTERS: Filter = { command: 'tr -- -_ +/', stdinOnly: true };

/** What takes each dress off. Base64 is written in the standard way by it, and decoded by what follows, if need be. */
const FILTERS: Readonly<Record<Dress, readonly Filter[]>> = {
  'utf-16': [{ command: 'iconv -f UTF-16 -t UTF-8' }],
  'utf-16le': [{ command: 'iconv -f UTF-16LE -t UTF-8' }],
  'utf-16be': [{ command: 'iconv -f UTF-16BE -t UTF-8' }],
  'json-string': [{ command: 'jq -r .' }],
  'single-quotes': [{ command: `tr -d "'"`, stdinOnly: true }],
  named: [
    { command: "sed 's/^[^:=]*[:=]//'" },
    { command: String.raw`tr -d "\"', "`, stdinOnly: true },
  ],
  'value-lines': [{ command: 'grep -m 1 .' }],
  hexadecimal: [{ command: 'xxd -r -p' }],
  'separated-hexadecimal': [
    { command: "sed 's/0[xX]//; s/[^0-9A-Fa-f]//g'" },
    { command: 'xxd -r -p' },
  ],
  base64: [],
  'spaced-base64': [{ command: String.raw`tr -d ' \t'`, stdinOnly: true }],
  base64url: [URL_LETTERS],
  'unpadded-base64': [PADDING],
  'unpadded-base64url': [URL_LETTERS, PADDING],
  'sdk-response': [{ command: 'jq .body' }],
  'camel-case': [{ command: `jq 'with_entries(.key |= (.[:1] | ascii_upcase) + .[1:])'` }],
  'secret-answer': [{ command: 'jq -r .SecretData' }],
  'json-list': [{ command: `jq '.[0]'` }],
  'json-series': [{ command: 'jq -n input' }],
};

/**
 * The command that writes what a file holds as kmsx reads it, to a file that does not exist yet.
 *
 * @param cwd - where the names of files begin
 * @param isSecret - the new file is for its owner alone
 * @returns undefined if the file is as it should be
 */
export function mendCommand(
  { bytes, label }: Pick<Input, 'bytes' | 'label'>,
  cwd: Io['cwd'],
  isSecret: boolean,
): string | undefined {
  const recognised = recognise(bytes);
  const filters = filtersFor(recognised);
  const [first, ...others] = filters;
  if (first === undefined) return undefined;
  const file = fileWord(label);
  const pipe = [
    first.stdinOnly === true ? readingFrom(first.command, file) : `${first.command} ${file}`,
    ...others.map(({ command }) => command),
  ].join(' | ');
  const command = `${pipe} > ${newName(label, file, recognised, cwd)}`;
  return isSecret ? `(umask 077; ${command})` : command;
}

/** The redirection belongs to the first program of a pipe. */
function readingFrom(command: string, file: string): string {
  const [program = '', ...others] = command.split(' | ');
  return [`${program} < ${file}`, ...others].join(' | ');
}

function filtersFor({ dress, kind }: Recognised): Filter[] {
  const filters = dress.flatMap((each, index) => {
    const isLast = index === dress.length - 1;
    const isDecoded = each.includes('base64') && !(isLast && kind === 'opaque');
    return [...FILTERS[each], ...(isDecoded ? [{ command: 'base64 -d' }] : [])];
  });
  const isBinary = kind === 'opaque' && dress.at(-1)?.includes('base64') !== true;
  return isBinary ? [...filters, { command: 'base64 -w0' }] : filters;
}

/** `export.txt` gives `export.fixed.b64`, or `export.fixed-2.b64` if that exists. */
function newName(label: string, file: string, { kind }: Recognised, cwd: Io['cwd']): string {
  const extension = kind === 'opaque' ? 'b64' : 'json';
  if (file === 'FILE') return `FIXED.${extension}`;
  const stem = `${label.replace(/\.[\w-]{1,8}$/, '')}.fixed`;
  let name = `${stem}.${extension}`;
  for (let count = 2; existsSync(absolutePath(cwd, name)); count += 1) {
    name = `${stem}-${count}.${extension}`;
  }
  return name.startsWith('-') ? shellWord(`./${name}`) : shellWord(name);
}
