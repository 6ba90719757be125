/* What lines of SHOW GRANTS mean, as MySQL 8 writes them (its manual, 15.7.7.22). */
import { describe, expect, it } from 'vitest';
import { rightsIn, rolesIn } from '../../../src/stores/mysql/rights.ts';

const LINES: readonly (readonly [string, readonly string[]])[] = [
  ['GRANT USAGE ON *.* TO `me`@`%`', []],
  ['GRANT SELECT, INSERT ON `keys`.`kmsx_backup` TO `me`@`%`', []],
  ['GRANT SELECT, UPDATE (`Document`) ON `keys`.`kmsx_backup` TO `me`@`%`', ['UPDATE']],
  ['GRANT SELECT (`a ON b`, `UPDATE`), INSERT ON `keys`.`kmsx_backup` TO `me`@`%`', []],
  ['GRANT DELETE ON `KEYS`.`KMSX_BACKUP` TO `me`@`%` WITH GRANT OPTION', ['DELETE']],
  ['GRANT DELETE ON `keys`.`other` TO `me`@`%`', []],
  ['GRANT DELETE ON `other`.`kmsx_backup` TO `me`@`%`', []],
  ['GRANT ALL PRIVILEGES ON `keys%`.* TO `me`@`%`', ['ALL PRIVILEGES']],
  ['GRANT ALTER ON `k_ys`.* TO `me`@`%`', ['ALTER']],
  ['GRANT ALTER ON `k\\_ys`.* TO `me`@`%`', []],
  ['GRANT ALTER ON `k.ys`.* TO `me`@`%`', []],
  ['GRANT SELECT, DROP, TRIGGER ON *.* TO `me`@`%`', ['DROP', 'TRIGGER']],
  ['GRANT ROLE_ADMIN,BINLOG_ADMIN ON *.* TO `me`@`%`', ['ROLE_ADMIN']],
  ['GRANT ALTER ROUTINE ON PROCEDURE `keys`.`kmsx_backup` TO `me`@`%`', []],
  ['GRANT ALTER ROUTINE, CREATE ROUTINE ON `keys`.* TO `me`@`%`', []],
  ['GRANT PROXY ON ``@`` TO `me`@`%` WITH GRANT OPTION', []],
  ['GRANT `writer`@`%`,`kmsx_writer`@`localhost` TO `me`@`%`', []],
  ['REVOKE DELETE ON `keys`.* FROM `me`@`%`', []],
];

describe('rights on kmsx_backup in the database keys', () => {
  it.each(LINES)('%s', (line, rights) => {
    const found = rightsIn([line], 'keys');
    const here = found.filter(({ table = 'kmsx_backup' }) => table === 'kmsx_backup');
    expect(here.map(({ right }) => right)).toEqual(rights);
  });
});

const ROLES: readonly (readonly [string, readonly string[]])[] = [
  [
    'GRANT `writer`@`%`,`ad``min`@`localhost` TO `me`@`%`',
    ['`writer`@`%`', '`ad``min`@`localhost`'],
  ],
  ['GRANT `writer` TO `me`@`%` WITH ADMIN OPTION', ['`writer`']],
  ['GRANT `writer` TO `both`', []],
  ['GRANT SELECT ON `writer`.* TO `me`@`%`', []],
  ['GRANT PROXY ON ``@`` TO `me`@`%`', []],
  ['SET DEFAULT ROLE `writer` FOR `me`@`%`', []],
];

it.each(ROLES)('the roles of %s', (line, roles) => {
  expect(rolesIn([line])).toEqual(roles);
});
