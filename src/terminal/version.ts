declare const KMSX_VERSION: string;

/** The version of kmsx, put in by the build. */
export const version: string = KMSX_VERSION;
