/** The `Format` of the first event of a ceremony's record. */
export const RECORD_FORMAT = 'kmsx-record/1';
