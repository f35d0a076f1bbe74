/** Ranges of IP addresses (`10.0.0.0/8`, `2001:db8::/32`, one address). An IPv4 address is its IPv4-mapped IPv6 address. */

export interface IpRange {
  readonly address: readonly number[];
  readonly bits: number;
}

const V4_BITS = 32;
const V6_BITS = 128;
const GROUPS = 8;
const V4_MAPPED = [0, 0, 0, 0, 0, 0xffff];

export function parseIpRange(text: string): IpRange | undefined {
  const [addressText = '', bitsText, ...rest] = text.split('/');
  const address = parseIpAddress(addressText);
  if (address === undefined || rest.length > 0) return undefined;
  const width = addressText.includes(':') ? V6_BITS : V4_BITS;
  if (bitsText === undefined) return { address, bits: V6_BITS };
  if (!/^\d{1,3}$/.test(bitsText) || Number(bitsText) > width) return undefined;
  return { address, bits: V6_BITS - width + Number(bitsText) };
}

export function isInRange(range: IpRange, text: string): boolean {
  const address = parseIpAddress(text);
  if (address === undefined) return false;
  for (let i = 0, left = range.bits; left > 0; i++, left -= 16) {
    const mask = left >= 16 ? 0xffff : 0xffff & (0xffff << (16 - left));
    if (((address[i] ?? 0) & mask) !== ((range.address[i] ?? 0) & mask)) return false;
  }
  return true;
}

/** Eight groups of 16 bits. */
function parseIpAddress(text: string): number[] | undefined {
  const groups = text.includes(':') ? parseV6(text) : prefixed(parseV4(text));
  return groups?.length === GROUPS ? groups : undefined;
}

function prefixed(v4: number[] | undefined): number[] | undefined {
  return v4 && [...V4_MAPPED, ...v4];
}

/** Two groups. */
function parseV4(text: string): number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const bytes = match?.slice(1).map(Number);
  if (bytes === undefined || bytes.some((byte) => byte > 0xff)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return [(a << 8) | b, (c << 8) | d];
}

function parseV6(text: string): number[] | undefined {
  const halves = text.split('::');
  const [head, tail] = halves.map((half) => (half === '' ? [] : parseGroups(half)));
  if (head === undefined || halves.length > 2) return undefined;
  if (halves.length === 1) return head;
  const missing = GROUPS - head.length - (tail?.length ?? GROUPS);
  return tail === undefined || missing < 1 ? undefined : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function parseGroups(text: string): number[] | undefined {
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const v4 = i === parts.length - 1 && part.includes('.') ? parseV4(part) : undefined;
    if (v4 !== undefined) groups.push(...v4);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
