import { envValue } from '../../base/env.ts';
import type { Env } from '../../base/env.ts';
import { kmsxError } from '../../base/error.ts';
import type { StoreAddress } from '../login/url.ts';
import type { LoginFiles, StoreLogin } from '../login/login.ts';
import type { TlsSetting } from '../login/tls.ts';

const LABEL = '~/.my.cnf';

/** Options of a group, by names with hyphens; true where there is no value. */
export type OptionGroup = ReadonlyMap<string, string | true>;

/**
 * The login as MySQL's clients find it: the user of the URL, of the group `[client]` of `~/.my.cnf`, or that of this
 * system; the password of that group, or `MYSQL_PWD`. (MySQL's manual, 4.2.2.2 and 4.9)
 */
export function mysqlLogin(
  { user }: StoreAddress,
  env: Env,
  group: OptionGroup,
  systemUser: () => string,
): StoreLogin {
  return {
    user: user ?? text(group, 'user') ?? systemUser(),
    password: text(group, 'password') ?? envValue(env, 'MYSQL_PWD'),
  };
}

/**
 * Reads the group `[client]` of `~/.my.cnf`; what others could have written is ignored, with a warning.
 *
 * @throws KmsxError `file-unreadable`, `store-login-malformed`
 */
export async function readClientGroup({ home, readPrivate }: LoginFiles): Promise<OptionGroup> {
  if (home === undefined) return new Map();
  const content = await readPrivate(`${home}/.my.cnf`, LABEL, 0o022);
  return content === undefined ? new Map() : clientGroup(content);
}

/**
 * The options of the group `[client]`, the last of each name.
 *
 * @throws KmsxError `store-login-malformed` for an option before any group, which MySQL's clients refuse too
 */
export function clientGroup(content: string): OptionGroup {
  const options = new Map<string, string | true>();
  let group: string | undefined;
  for (const [index, raw] of content.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || /^[#;!]/.test(line)) continue;
    const heading = /^\[([^\]]*)\]/.exec(line)?.[1];
    if (heading !== undefined) group = heading.trim();
    else if (group === undefined) {
      throw kmsxError(
        'store-login-malformed',
        `line ${index + 1} of ${LABEL} stands before any group`,
      );
    } else if (group === 'client') addOption(line, options);
  }
  return options;
}

function addOption(line: string, options: Map<string, string | true>): void {
  const bare = withoutComment(line);
  const at = bare.indexOf('=');
  const name = (at === -1 ? bare : bare.slice(0, at)).trim().toLowerCase().replaceAll('_', '-');
  options.set(name.replace(/^loose-/, ''), at === -1 ? true : unquoted(bare.slice(at + 1).trim()));
}

/** A `#` outside of quotes begins a comment, anywhere in a line. */
function withoutComment(line: string): string {
  let quote = '';
  for (let index = 0; index < line.length; index += 1) {
    const char = line.charAt(index);
    if (char === '\\') index += 1;
    else if (quote === '' && char === '#') return line.slice(0, index).trim();
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = '';
  }
  return line;
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  r: '\r',
  s: ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
};

function unquoted(value: string): string {
  const inner = /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value;
  return inner.replaceAll(/\\(.)/gs, (both, char: string) => ESCAPES[char] ?? both);
}

function text(group: OptionGroup, name: string): string | undefined {
  const value = group.get(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const OFF = ['0', 'off', 'false', 'no'];

/** What options say of TLS, by their names. */
const TLS_OPTIONS: Readonly<Record<string, (value: string | true) => TlsSetting['asks']>> = {
  ssl: (value) => switched(value),
  'ssl-verify-server-cert': (value) => switched(value),
  'skip-ssl': (value) => opposite(switched(value)),
  'disable-ssl': (value) => opposite(switched(value)),
  'skip-ssl-verify-server-cert': (value) => opposite(switched(value)),
  'disable-ssl-verify-server-cert': (value) => opposite(switched(value)),
  'ssl-mode': (value) =>
    value !== true && value.toUpperCase() === 'VERIFY_IDENTITY' ? 'for verified TLS' : 'for less',
};

function switched(value: string | true): TlsSetting['asks'] {
  return value !== true && OFF.includes(value.toLowerCase()) ? 'for less' : 'for verified TLS';
}

function opposite(asks: TlsSetting['asks']): TlsSetting['asks'] {
  return asks === 'for less' ? 'for verified TLS' : 'for less';
}

/** What the group `[client]` says of TLS. */
export function mysqlTlsSettings(group: OptionGroup): TlsSetting[] {
  return [...group].flatMap(([name, value]) => {
    const asks = TLS_OPTIONS[name]?.(value);
    if (asks === undefined) return [];
    const shown = value === true ? name : `${name}=${value}`;
    return [
      {
        name: `${shown} in ${LABEL}`,
        asks,
        remedy: `take ${name} out of the group [client] of ${LABEL}`,
      },
    ];
  });
}
