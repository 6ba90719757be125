import type { Database, Finding } from '../database.ts';
import type { TableName } from '../tables.ts';
import { KEYS } from '../tables.ts';

/** A table with its partitions and heirs, and what its key is held by. `conkey` and the like count from 1, `indkey` from 0. */
const FACTS = `WITH RECURSIVE tree AS (
  SELECT oid, relkind, relpersistence, true AS belongs
  FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass(?)
  UNION ALL
  SELECT part.oid, part.relkind, part.relpersistence, part.relispartition
  FROM tree
  JOIN pg_catalog.pg_inherits ON inhparent = tree.oid
  JOIN pg_catalog.pg_class part ON part.oid = inhrelid
)
SELECT bool_and(relpersistence = 'p') AS permanent,
  bool_and(relkind IN ('r', 'p') AND belongs) AS plain,
  EXISTS (
    SELECT FROM pg_catalog.pg_index
    WHERE indrelid = pg_catalog.to_regclass(?) AND indisunique AND indimmediate AND indisvalid
      AND indpred IS NULL AND indexprs IS NULL
      AND (
        SELECT string_agg(attname, ' ' ORDER BY attname) FROM pg_catalog.pg_attribute
        WHERE attrelid = indrelid AND attnum = ANY ((indkey::int2[])[0:indnkeyatts - 1])
      ) = ?
  ) AS unique,
  NOT EXISTS (
    SELECT FROM pg_catalog.pg_attribute
    JOIN pg_catalog.pg_collation c ON c.oid = attcollation
    WHERE attrelid = pg_catalog.to_regclass(?) AND attname = ANY (string_to_array(?, ' '))
      AND collname NOT IN ('C', 'POSIX', 'ucs_basic')
  ) AS bytes
FROM tree`;

/** What lets a table lose rows that were committed, or have two rows of one key. */
export async function tableFindings(database: Database, name: TableName): Promise<Finding[]> {
  const table = database.dialect.tableOf(name);
  const columns = KEYS[name];
  const key = columns
    .map((column) => column.toLowerCase())
    .sort()
    .join(' ');
  const [facts = {}] = await database.query(FACTS, [table, table, key, table, key]);
  if (facts['permanent'] === null) return []; // using it says that it is missing
  const shown = columns.join(', ');
  const flaws: readonly (readonly [boolean, Finding['Code'], string])[] = [
    [facts['permanent'] !== true, 'not-durable', 'is unlogged or temporary: a crash empties it'],
    [facts['plain'] !== true, 'table-malformed', 'is no plain table, or others inherit from it'],
    [
      facts['unique'] !== true,
      'table-malformed',
      `has no unique index on exactly (${shown}): several rows could have one key`,
    ],
    [facts['bytes'] !== true, 'table-malformed', `does not compare ${shown} byte for byte`],
  ];
  return flaws.flatMap(([isFlawed, Code, what]) =>
    isFlawed ? [{ Code, Severity: 'error', Message: `${table} ${what}` }] : [],
  );
}
