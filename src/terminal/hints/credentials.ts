import type { HintsOf } from './hints-of.ts';
import { LOGIN_SOURCES } from './login-sources.ts';

/** Which role a login lacks: the server's words name the table, if anything. */
const GIVE_ROLES =
  'have the owner of the database run what kmsx store init --print prints, and give this login kmsx_writer (backups), and kmsx_worker too for work lists and proofs (docs/store.md)';

const DEFAULT_ROLE = 'in MySQL a login has only the roles that SET DEFAULT ROLE gives it';

/** After errors of the kind `credentials`. */
export const CREDENTIALS_HINTS: HintsOf<'credentials'> = {
  'credentials-missing':
    'export ALIBABA_CLOUD_ACCESS_KEY_ID=… ALIBABA_CLOUD_ACCESS_KEY_SECRET=…, or aliyun configure; --gateway local needs none',
  'credentials-failed':
    'check that source and its environment variables, or choose another with --profile NAME',
  'permission-missing': ({ deny }) => {
    const usual =
      'kmsx policy without --check prints the RAM policy that allows it: attach it to this user or role';
    const denied =
      'a Deny statement overrides every Allow statement: Reason says where it is, and it may be intended';
    if (deny === 'none') return usual;
    return deny === 'all' ? denied : `${usual}; ${denied}`;
  },
  'store-login-refused': ({ database }) => LOGIN_SOURCES[database],
  'store-permission-missing': ({ database }) =>
    `${GIVE_ROLES}${database === 'mysql' ? `; ${DEFAULT_ROLE}` : ''}`,
  'pin-wrong': 'a token counts wrong PINs and then locks: find the right one before the next try',
  'pin-locked': "the token's security officer unlocks it (C_InitPIN)",
  'pin-unusable': "set the user PIN with the token's own program first",
};
