/** How a secret of KMS is called on the command line and in messages: `secret:NAME`. */
export const SECRET_PREFIX = 'secret:';
