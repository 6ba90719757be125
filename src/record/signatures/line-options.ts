import { quoted, refuse } from './refusal.ts';
import { readTimestamp } from './timestamp.ts';

/** What a line of allowed_signers says of its key. */
export interface LineOptions {
  /** That the key signs certificates, and nothing else. */
  readonly isAuthority: boolean;
  /** That a hardware key must ask for a PIN or a fingerprint: kmsx's own option, which ssh-keygen refuses. */
  readonly isVerifyRequired: boolean;
  /** A list of patterns. */
  readonly namespaces?: string;
  /** Seconds since 1970; both are still valid themselves. */
  readonly validAfter?: number;
  readonly validBefore?: number;
}

type Values = Partial<Record<'namespaces' | 'valid-after' | 'valid-before', string>>;

const FLAGS = ['cert-authority', 'verify-required'];
const WITH_VALUES: readonly string[] = ['namespaces', 'valid-after', 'valid-before'];

/**
 * Reads the options of a line, separated by commas; names in any case, values in quotation marks, in which `\"` is one.
 * An unknown option, a second value and an end before the beginning are refused, as ssh-keygen does.
 *
 * @param text - all options; empty for none
 */
export function readLineOptions(text: string): LineOptions {
  const flags = new Set<string>();
  const values: Record<string, string> = {};
  for (const { name, value } of splitOptions(text)) {
    if (value === undefined && FLAGS.includes(name)) flags.add(name);
    else if (value === undefined || !WITH_VALUES.includes(name)) unknown(name);
    else if (values[name] === undefined) values[name] = value;
    else refuse(`has ${name} twice`);
  }
  return {
    isAuthority: flags.has('cert-authority'),
    isVerifyRequired: flags.has('verify-required'),
    ...readValues(values),
  };
}

function unknown(name: string): never {
  return refuse(`has the option ${quoted(name)}, which is unknown`);
}

const OPTION = /^([a-z-]+)(?:="((?:\\"|(?!\\")[^"])*)")?/i;

function splitOptions(text: string): readonly { name: string; value: string | undefined }[] {
  const options: { name: string; value: string | undefined }[] = [];
  for (let rest = text; rest !== '';) {
    const [whole, name, value] = OPTION.exec(rest) ?? unknown(rest);
    options.push({
      name: (name ?? '').toLowerCase(),
      value: value?.replaceAll('\\"', '"'),
    });
    rest = rest.slice(whole.length);
    if (rest === '') break;
    if (!rest.startsWith(',')) unknown(`${whole}${rest}`);
    rest = rest.slice(1);
    if (rest === '') refuse('has a comma after its last option');
  }
  return options;
}

function readValues(values: Values): Omit<LineOptions, 'isAuthority' | 'isVerifyRequired'> {
  const validAfter = readTime(values, 'valid-after');
  const validBefore = readTime(values, 'valid-before');
  if (validAfter !== undefined && validBefore !== undefined && validBefore <= validAfter)
    refuse('has a valid-before that is not after its valid-after');
  return {
    ...(values.namespaces === undefined ? {} : { namespaces: values.namespaces }),
    ...(validAfter === undefined ? {} : { validAfter }),
    ...(validBefore === undefined ? {} : { validBefore }),
  };
}

function readTime(values: Values, name: 'valid-after' | 'valid-before'): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  return readTimestamp(text) ?? refuse(`has ${name}="${quoted(text)}", which is no time`);
}
