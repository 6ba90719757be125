import { fileWord } from '../../base/text/shell-word.ts';
import type { HintsOf } from './hints-of.ts';

/** After errors of the kind `io`. */
export const IO_HINTS: HintsOf<'io'> = {
  'file-missing': 'check the name and the folder',
  'file-unreadable': ({ isFolder }) =>
    isFolder === true ? 'give the name of a file in it' : 'check the permissions: ls -l',
  'file-unwritable': 'check that the folder exists and may be written',
  'disk-full': 'free some space, or use another folder',
  'stream-closed': 'the result is incomplete: run the command again',
  'stream-failed': 'run the command again',
  'port-taken': 'give another --port, or --port 0 for any free one',
  'sm3-missing':
    'use a Node.js of nodejs.org, without FIPS mode: node -p "crypto.getHashes().includes(\'sm3\')" prints true',
  'module-binding-missing':
    'npm install koffi where kmsx is installed; its binaries come in the package, for 64-bit Linux and macOS',
  'module-not-loaded': ({ path }) =>
    `file ${fileWord(path)} shows whether it is a shared library for this system; the maker of the token says which file is the module`,
  'module-ended':
    'nothing was kept in the token unless a message says so; run it again, and report a crash to the maker of the module',
  'module-timed-out': 'give --timeout SECONDS if the token needs longer',
  'module-failed':
    'kmsx list-tokens --probe shows what the token can do; docs/hsm.md lists what is known of modules',
  'token-missing': 'kmsx list-tokens shows the tokens of a module',
  'token-key-missing': 'kmsx keygen --token LABEL --label NAME makes a pair in a token',
  'token-read-only': 'use a token that can be written, or take off its write protection',
  'token-full':
    "delete what is no longer needed with the token's own program, or use another token",
  'store-name-missing':
    'names are compared byte for byte; docs/store.md has the query that lists them',
  'store-not-ready':
    'kmsx store check says what is wrong; kmsx store init makes the tables, and with --print prints their SQL',
  'store-unsound': 'mend what stands above, then run kmsx store check again',
  'store-full': 'have room made in the database; nothing was kept there',
  'store-read-only': 'give the primary as --store: kmsx store check says whether it takes rows',
  'store-failed': 'kmsx store check says what is wrong; the log of the database has the statement',
};
