import { kmsxError } from '../base/error.ts';

/** What the file must be like. */
export const CREDENTIALS_FILE_HINT =
  'the file has lines [section] and name = value, as in access_key_id = …, and comments after #; it is not shown here, it holds secrets';

/** The sections of an ini file: names and values, as they stand. */
export type IniFile = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Reads the shared credentials file of the Alibaba Cloud SDKs, an ini file: `[section]`, `name = value`,
 * comments after `#` or `;` at the beginning of a line.
 *
 * @param label - the file's name
 * @throws KmsxError `credentials-file-malformed` with the number of the line and nothing of it
 */
export function parseCredentialsFile(text: string, label: string): IniFile {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const [index, rawLine] of text.split(/\r?\n/).entries()) {
    const line = rawLine.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const section = /^\[([^\]]+)\]$/.exec(line)?.[1]?.trim();
    if (section !== undefined) {
      current = sections.get(section) ?? new Map<string, string>();
      sections.set(section, current);
      continue;
    }
    const equals = line.indexOf('=');
    if (equals < 1 || current === undefined) {
      throw kmsxError('credentials-file-malformed', `line ${index + 1} of ${label} is no setting`, {
        label,
        hint: CREDENTIALS_FILE_HINT,
      });
    }
    current.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  return sections;
}
