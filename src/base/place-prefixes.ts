/** How a secret of KMS is called on the command line and in messages: `secret:NAME`. */
export const SECRET_PREFIX = 'secret:';

/** How a backup in a store is called: `store:NAME`. */
export const STORE_PREFIX = 'store:';
