/** The client alone: the package's entrance would look for native code. */
declare module 'pg/lib/client.js' {
  import { Client } from 'pg';

  export default Client;
}
