import { kmsxError } from '../../base/error.ts';
import type { CredentialSource, RoleSettings } from './sources.ts';
import { accessKeySource, metadataSource, oidcSource, roleSource, uriSource } from './sources.ts';
import type { Env } from '../../base/env.ts';
import type { Setting } from '../sts-endpoint.ts';
import { stsEndpoint } from '../sts-endpoint.ts';
import { unsupportedType } from '../unsupported-modes.ts';
import { variable } from '../variables.ts';

/** The format of the file. */
const FILE_HINT =
  'the file has lines [section] and name = value, such as access_key_id = …, and comments after # or ;; its text is not shown because it holds secrets';

/** The sections of an ini file: names and values without quotes, escapes and comments. */
export type IniFile = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Parses the credentials file of the Alibaba Cloud SDKs, an ini file: `[section]`, `name = value`, and comments after
 * `#` or `;`. Names and values are read as the SDK for Node.js reads them (its package `ini`): see `unquoted`. What the
 * SDK passes over in silence, such as a line without `=`, is refused.
 *
 * @param label - the file's name in messages
 * @throws KmsxError `credentials-file-malformed` with the line number, without quoting the line
 */
export function parseCredentialsFile(text: string, label: string): IniFile {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const [index, rawLine] of text.split(/\r\n|\n|\r/).entries()) {
    const line = rawLine.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const section = unquoted(/^\[([^\]]+)\]\s*(?:[#;].*)?$/.exec(line)?.[1] ?? '');
    if (section !== '') {
      current = sections.get(section) ?? new Map<string, string>();
      sections.set(section, current);
      continue;
    }
    const equals = line.indexOf('=');
    if (equals < 1 || current === undefined) {
      throw kmsxError(
        'credentials-file-malformed',
        `line ${index + 1} of ${label} is not a setting`,
        { hints: [FILE_HINT] },
      );
    }
    current.set(unquoted(line.slice(0, equals)), unquoted(line.slice(equals + 1)));
  }
  return sections;
}

/**
 * What a name or value says. One in double quotes is a JSON string; single quotes are removed, and a JSON string in them
 * is read too. Otherwise it ends at a `#` or `;`, unless a backslash stands before it. Quotes that do not enclose the
 * whole, such as those before a comment, belong to the value.
 */
function unquoted(raw: string): string {
  const text = raw.trim();
  const [quote] = text;
  if ((quote === '"' || quote === "'") && text.endsWith(quote)) {
    const inner = quote === "'" ? text.slice(1, -1) : text;
    return jsonString(inner) ?? inner;
  }
  const [uncommented = ''] = /^(?:\\[^]|[^\\#;])*\\?/.exec(text) ?? [];
  return uncommented.replaceAll(/\\([\\#;])/g, '$1').trim();
}

function jsonString(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The source that a section of the credentials file describes: types access_key, sts, ram_role_arn, ecs_ram_role,
 * oidc_role_arn and credentials_uri, case-insensitive.
 *
 * @param where - the section and file, for messages
 * @throws KmsxError `credentials-unsupported` for another type; `credentials-file-malformed` for a missing
 * setting; `credentials-failed`, `gateway-malformed`, `region-malformed` as `profileSource`
 */
export function sectionSource(
  section: ReadonlyMap<string, string>,
  where: string,
  env: Env,
): CredentialSource {
  const setting = settingOf(section);
  const needed = (name: string): string => {
    const value = setting(name);
    if (value !== undefined) return value;
    throw kmsxError('credentials-file-malformed', `${where} has no ${name}`, {
      hints: [FILE_HINT],
    });
  };
  const role = (): RoleSettings => ({
    roleArn: needed('role_arn'),
    sessionName: setting('role_session_name') ?? variable(env, 'ALIBABA_CLOUD_ROLE_SESSION_NAME'),
    stsEndpoint: stsEndpoint(setting, env, where),
  });
  const key = (): { accessKeyId: string; accessKeySecret: string } => ({
    accessKeyId: needed('access_key_id'),
    accessKeySecret: needed('access_key_secret'),
  });
  const type = needed('type');
  switch (type.toLowerCase()) {
    case 'access_key':
      return accessKeySource(where, key());
    case 'sts':
      return accessKeySource(where, { ...key(), securityToken: needed('security_token') });
    case 'ecs_ram_role':
      return metadataSource(where, setting('role_name'), env);
    case 'ram_role_arn': {
      const previous = accessKeySource(where, {
        ...key(),
        securityToken: setting('security_token'),
      });
      return roleSource(where, previous, { ...role(), policy: setting('policy') });
    }
    case 'oidc_role_arn':
      return oidcSource(
        where,
        {
          providerArn: needed('oidc_provider_arn'),
          tokenFile: needed('oidc_token_file_path'),
          setting: 'oidc_token_file_path',
        },
        role(),
      );
    case 'credentials_uri':
      return uriSource(where, needed('credentials_uri'), env);
    default:
      throw unsupportedType(where, type);
  }
}

/** Reads the settings of a section; an empty value is unset. */
export function settingOf(section: ReadonlyMap<string, string>): Setting {
  return (name) => {
    const value = section.get(name);
    return value === '' ? undefined : value;
  };
}
