import { kmsxError } from '../../base/error.ts';

/** One word of a command line, or white space between two. */
const PART = /\s+|\\\n|\\[^]|'[^']*'|"(?:\\[^]|[^"\\])*"|[^\s'"\\]+|[^]/gy;

/**
 * Splits `process_command` into words as the aliyun command-line tool does: POSIX quotes and backslashes, and
 * nothing else of a shell: no variables, no `|`, no `~`.
 *
 * @param where - the profile and file, for messages
 * @throws KmsxError `credentials-file-malformed`, with nothing of the command: it may hold a secret
 */
export function splitCommand(command: string, where: string): readonly [string, ...string[]] {
  if (command.includes('\0')) throw malformed(`process_command of ${where} holds a NUL character`);
  const words: string[] = [];
  let word: string | undefined;
  for (const [part] of command.trim().matchAll(PART)) {
    if (part === '\\\n') continue;
    if (/^\s/.test(part)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word = (word ?? '') + textOf(part, where);
  }
  if (word !== undefined) words.push(word);
  const [program, ...rest] = words;
  if (program === undefined || program === '') {
    throw malformed(`process_command of ${where} names no program`);
  }
  return [program, ...rest];
}

function textOf(part: string, where: string): string {
  if (part === "'" || part === '"')
    throw malformed(`process_command of ${where} has an open quote`);
  if (part === '\\') throw malformed(`process_command of ${where} ends with a backslash`);
  if (part.startsWith("'")) return part.slice(1, -1);
  if (part.startsWith('\\')) return part.slice(1);
  if (!part.startsWith('"')) return part;
  return part.slice(1, -1).replaceAll(/\\([\n"\\$`])/g, (_, c: string) => (c === '\n' ? '' : c));
}

function malformed(message: string): Error {
  return kmsxError('credentials-file-malformed', message);
}
