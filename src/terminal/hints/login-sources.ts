/** Where a login is read, by the kind of database. */
export const LOGIN_SOURCES = {
  postgresql:
    'the user is USER@ of the URL or PGUSER; its password stands in ~/.pgpass (mode 0600), in the file of PGPASSFILE, or in PGPASSWORD',
  mysql:
    'the user is USER@ of the URL or in the group [client] of ~/.my.cnf; its password stands there (mode 0600), or in MYSQL_PWD',
} as const;
