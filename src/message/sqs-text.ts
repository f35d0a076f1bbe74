/** What SQS takes for text: the characters of XML 1.0 §2.2, and numbers as attributes have them. */
import { isUtf8 } from 'node:buffer';

/** Of UTF-8, byte by byte: above 127 are those of longer characters. */
const WITHOUT_CONTROLS = /^[\t\n\r -\xff]*$/;
/** U+FFFE and U+FFFF, which no XML may have, begin with these bytes; so do others. */
const NONCHARACTER_BEGIN = Buffer.from([0xef, 0xbf]);
/** Most texts have no surrogates: the test that knows none comes first, and is several times as fast. */
const LEGAL_WITHOUT_SURROGATES = /^[\t\n\r -\ud7ff\ue000-\ufffd]*$/;
const LEGAL = /^[\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
const NUMBER_MAX = 1e126;
const NUMBER_MIN = 1e-128;

export function isSqsText(text: string): boolean {
  return LEGAL_WITHOUT_SURROGATES.test(text) || LEGAL.test(text);
}

/** Whether bytes are UTF-8 that `isSqsText` holds for. */
export function areSqsText(bytes: Buffer): boolean {
  if (!isUtf8(bytes) || !WITHOUT_CONTROLS.test(bytes.toString('latin1'))) return false;
  return !bytes.includes(NONCHARACTER_BEGIN) || LEGAL.test(bytes.toString());
}

/** Whether an attribute of type Number can have it. */
export function isSqsNumber(text: string): boolean {
  if (!NUMBER.test(text)) return false;
  const magnitude = Math.abs(Number(text));
  return magnitude === 0 || (magnitude <= NUMBER_MAX && magnitude >= NUMBER_MIN);
}
