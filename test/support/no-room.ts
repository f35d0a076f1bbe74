/** Flags of a broker that never has room on its disk: so much is to be left free that nobody has it. */
export const NO_ROOM = ['--disk-reserve-bytes', String(2 ** 50)];
