/** Patterns in which `*` stands for any text and `?` for any one character. */

const STAR = 0x2a;
const QUESTION_MARK = 0x3f;

/** In time of at most the product of both lengths. */
export function matchesGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resumeAt = 0;
  while (t < text.length) {
    const code = p < pattern.length ? pattern.charCodeAt(p) : -1;
    if (code === STAR) {
      star = p++;
      resumeAt = t;
    } else if (code === QUESTION_MARK || code === text.charCodeAt(t)) {
      p++;
      t++;
    } else if (star >= 0) {
      // The last star takes one character more.
      p = star + 1;
      t = ++resumeAt;
    } else return false;
  }
  while (pattern.charCodeAt(p) === STAR) p++;
  return p === pattern.length;
}
