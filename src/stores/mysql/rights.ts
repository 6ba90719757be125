import type { Database, ExcessRight } from '../database.ts';
import type { TableName } from '../tables.ts';
import { mayUpdate, TABLES } from '../tables.ts';

/** Rights on a table by which rows, or what keeps a name from being used twice, can be taken away. */
const ON_TABLE = ['UPDATE', 'DELETE', 'DROP', 'ALTER', 'INDEX', 'TRIGGER', 'ALL PRIVILEGES'];

/** Rights by which a login gets any other. */
const OVER_ALL = ['CREATE USER', 'ROLE_ADMIN', 'SUPER'];

const NAME = '`(?:[^`]|``)*`';

/** A line of SHOW GRANTS that gives rights on tables; those on routines and the like have a word before the name. */
const GRANT = new RegExp(
  `^GRANT (?<rights>(?:[^\`(]|\\((?:[^\`)]|${NAME})*\\))+?) ON (?<database>\\*|${NAME})\\.(?<table>\\*|${NAME}) TO `,
  's',
);

/**
 * A line that gives roles to the login: MySQL writes their hosts too, MariaDB does not. What roles are given to roles comes
 * with those.
 */
const ROLES = new RegExp(`^GRANT ((?:${NAME}(?:@${NAME})?(?:, ?)?)+) TO ${NAME}@`, 's');
const ROLE = new RegExp(`${NAME}(?:@${NAME})?`, 'gs');

/** The rights to take rows away, of the login and of every role that was granted to it, active or not. */
export async function excessRights(database: Database): Promise<ExcessRight[]> {
  const [row] = await database.query('SELECT DATABASE() AS name');
  const name = String(row?.['name']);
  const own = await linesOf(database, 'SHOW GRANTS');
  const found = rightsIn(own, name);
  for (const role of rolesIn(own)) {
    for (const excess of rightsIn(await grantsWith(database, role), name)) {
      const isKnown = found.some(
        ({ right, table }) => right === excess.right && table === excess.table,
      );
      if (!isKnown) found.push({ ...excess, role: role.replaceAll('`', '') });
    }
  }
  return found;
}

/** The roles that the lines of SHOW GRANTS give, as they are written there. */
export function rolesIn(lines: readonly string[]): string[] {
  return lines.flatMap((line) => ROLES.exec(line)?.[1]?.match(ROLE) ?? []);
}

/** What lines of SHOW GRANTS give that is too much, for the tables of a store in a database. */
export function rightsIn(lines: readonly string[], database: string): ExcessRight[] {
  const grants = lines.flatMap((line) => {
    const parts = GRANT.exec(line)?.groups;
    if (parts === undefined) return [];
    const { rights = '', database: place = '', table = '' } = parts;
    return [{ rights: namesOf(rights), place, table }];
  });
  const found: ExcessRight[] = [];
  for (const right of OVER_ALL) {
    if (grants.some(({ rights }) => rights.includes(right))) {
      found.push({ right, role: undefined, table: undefined });
    }
  }
  for (const table of TABLES) {
    const here = grants.filter((grant) => isOn(grant, database, table));
    for (const right of ON_TABLE) {
      if (right === 'UPDATE' && mayUpdate(table)) continue;
      if (here.some(({ rights }) => rights.includes(right))) {
        found.push({ right, role: undefined, table });
      }
    }
  }
  return found;
}

/** The rights of a list, without the columns that some are for. */
function namesOf(rights: string): string[] {
  return rights
    .replaceAll(/\([^)]*\)/g, '')
    .split(',')
    .map((right) => right.trim().toUpperCase());
}

/** Whether a grant is for a table. The database of one for all its tables is a pattern, as LIKE has them. */
function isOn(
  { place, table }: { readonly place: string; readonly table: string },
  database: string,
  name: TableName,
): boolean {
  if (place === '*') return true;
  if (table !== '*') return isSame(bare(place), database) && isSame(bare(table), name);
  const pattern = bare(place).replaceAll(/\\?[^]/g, (each) => {
    if (each === '%') return '.*';
    if (each === '_') return '.';
    return each.slice(-1).replace(/[^a-z0-9_]/i, '\\$&');
  });
  return new RegExp(`^${pattern}$`, 'is').test(database);
}

/** Some servers take names of any case for the same; where they do not, too many rights are found. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function bare(name: string): string {
  return name.slice(1, -1).replaceAll('``', '`');
}

/** What a login has with a role. MariaDB shows the rights of the role that is set. */
async function grantsWith(database: Database, role: string): Promise<string[]> {
  if (role.includes('`@`')) {
    return await linesOf(database, `SHOW GRANTS FOR CURRENT_USER() USING ${role}`);
  }
  const [row] = await database.query('SELECT CURRENT_ROLE() AS role');
  const before = row?.['role'];
  await database.query(`SET ROLE ${role}`);
  try {
    return await linesOf(database, 'SHOW GRANTS');
  } finally {
    const name = typeof before === 'string' ? `\`${before.replaceAll('`', '``')}\`` : 'NONE';
    await database.query(`SET ROLE ${name}`);
  }
}

async function linesOf(database: Database, statement: string): Promise<string[]> {
  const rows = await database.query(statement);
  return rows.flatMap((row) => Object.values(row).map(String));
}
