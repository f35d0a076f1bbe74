/** Names for the numbers in the settings table. */
export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const INT32_MAX = 2 ** 31 - 1;
export const PORT_MAX = 65_535;
