import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Pattern } from '../../../src/base/pattern/pattern.ts';
import { PatternError } from '../../../src/base/pattern/syntax.ts';

function finds(source: string, ...texts: string[]): void {
  for (const text of texts) assert.equal(new Pattern(source).test(text), true, `${source} in ${text}`);
}

function misses(source: string, ...texts: string[]): void {
  for (const text of texts) assert.equal(new Pattern(source).test(text), false, `${source} in ${text}`);
}

function refuses(source: string, message: RegExp): void {
  assert.throws(
    () => new Pattern(source),
    (error) => error instanceof PatternError && message.test(error.message),
    source,
  );
}

describe('a pattern', () => {
  it('matches anywhere unless it says where', () => {
    finds('', '', 'x');
    finds('b', 'abc');
    misses('^b', 'abc');
    misses('b$', 'abc');
    finds('^(orders|bills)\\.[a-z]+$', 'orders.eu', 'bills.us');
    misses('^(orders|bills)\\.[a-z]+$', 'orders.', 'orders.eu.1', 'my.orders.eu');
    finds('\\Aab\\z', 'ab');
    misses('^ab$', 'ab\n', 'xab');
  });

  it('repeats', () => {
    finds('^a{2}$', 'aa');
    misses('^a{2}$', 'a', 'aaa');
    finds('^(ab){1,3}$', 'ab', 'ababab');
    misses('^(ab){1,3}$', '', 'abababab');
    finds('^a{2,}b??c+?$', 'aac', 'aaaabccc');
    misses('^a{0}$', 'a');
  });

  it('looks ahead and behind', () => {
    finds('^(?!amq\\.).*', 'orders', 'amq', 'my.amq.x');
    misses('^(?!amq\\.).*', 'amq.topic');
    finds('^(?=.*a)(?=.*b).{3}$', 'bxa', 'abx');
    misses('^(?=.*a)(?=.*b).{3}$', 'axx');
    finds('(?<=eu\\.)orders', 'eu.orders');
    misses('(?<=eu\\.)orders', 'us.orders');
    finds('(?<!eu\\.)orders', 'us.orders', 'orders');
    misses('^(?!(?!a).)', 'b');
    finds('^(?!(?!a).)', 'a', '');
  });

  it('knows classes of characters', () => {
    finds('^[a-c_-]+$', 'a-b_c');
    misses('^[a-c]+$', 'abd');
    finds('^[^a-c]$', 'd', '\n');
    finds('^[]x]+$', ']x');
    finds('^[\\w.]+$', 'a.b_1');
    finds('^[[:alpha:][:digit:]]+$', 'a1');
    misses('^[[:^alpha:]]$', 'a');
    finds('^\\d\\D\\s\\S\\w\\W$', '1a b_-');
    misses('^.$', '\n');
    finds('(?s)^.$', '\n');
    finds('^\\p{Lu}\\P{Lu}$', 'Éé');
    misses('^\\w$', 'é');
  });

  it('takes characters, not code units', () => {
    finds('^.$', '😀');
    finds('^[😀-😂]{2}$', '😀😁');
    finds('^\\x{1F600}\\x41\\u0042$', '😀AB');
  });

  it('ignores case where it is told to', () => {
    finds('(?i)^Orders$', 'oRDERS');
    finds('^a(?i:b)c$', 'aBc');
    misses('^a(?i:b)c$', 'abC');
    finds('^(a(?i)b|c)d$', 'aBd', 'Cd');
    misses('^(a(?i)b|c)d$', 'aBD');
    finds('(?i)^[a-c]$', 'B');
    misses('(?i)^[^a]$', 'A');
    misses('(?i)a(?-i)b', 'AB');
  });

  it('takes for itself what begins nothing, as PCRE does', () => {
    finds('^{user}-]}$', '{user}-]}');
    finds('^a{,2}$', 'a{,2}');
    finds('^a\\.\\-\\_\\/$', 'a.-_/');
    finds('^a(?#comment)b$', 'ab');
    finds('^(?<name>a)(?P<other>b)$', 'ab');
  });

  it('escapes texts so that they match themselves only', () => {
    const text = 'a.b*(c)[d]{e}|^$\\?+';
    finds(`^${Pattern.escape(text)}$`, text);
    misses(`^${Pattern.escape('a.b')}$`, 'axb');
  });
});

describe('what is no pattern', () => {
  it('is refused with what is wrong, and where', () => {
    refuses('*', /^there is nothing to repeat \(at character 1\)$/);
    refuses('a**', /nothing to repeat/);
    refuses('a|+', /nothing to repeat/);
    refuses('(a', /is not closed/);
    refuses('a)', /closes nothing/);
    refuses('[a', /is not closed/);
    refuses('[b-a]', /out of order/);
    refuses('a{3,2}', /out of order/);
    refuses('a\\', /ends too early/);
    refuses('(?#', /ends too early/);
    refuses('[[:nope:]]', /no class/);
    refuses('\\p{Nope}', /no property/);
    refuses('\\x{110000}', /number of a character/);
  });

  it('includes what cannot be matched in bounded time', () => {
    refuses('(a)\\1', /back references/);
    refuses('(?>a)', /not supported/);
    refuses('a++', /possessive/);
    refuses('(?R)', /not supported/);
    refuses('\\Gx', /not supported/);
  });

  it('includes what is too big', () => {
    refuses('a'.repeat(1025), /longer than/);
    refuses('(a{100}){100}', /states/);
    refuses('(((a{0}){999}){999}){999}', /too often/);
    refuses('('.repeat(200), /nested/);
  });
});

describe('the time of a test', () => {
  // Each would take a backtracking matcher longer than anybody waits.
  for (const source of ['^(a+)+$', '^(a|a)*$', '^(a*)*b', '(.*){30}b', '^(?=(a+)+$)b', '(x+x+)+y|(a|aa)+$b']) {
    it(`does not blow up with ${source}`, () => {
      assert.equal(new Pattern(source).test(`${'a'.repeat(254)}!`), false);
    });
  }
});

describe('any pattern of the common dialect', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\b', '\\B', '^', '$', '\\w', '-', '\\.');
  const quantifier = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,2}', '{0,1}', '{1,}', '*?');
  const { pattern } = fc.letrec<{ pattern: string; sequence: string; part: string; group: string }>((tie) => ({
    pattern: fc.array(tie('sequence'), { minLength: 1, maxLength: 2 }).map((branches) => branches.join('|')),
    sequence: fc.array(tie('part'), { maxLength: 3 }).map((parts) => parts.join('')),
    part: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.tuple(atom, quantifier).map(([one, times]) => (/^(\^|\$|\\[bB])$/.test(one) ? one : one + times)),
      fc.tuple(tie('group'), quantifier).map(([group, times]) => group + times),
    ),
    group: fc
      .tuple(fc.constantFrom('(', '(?:', '(?:(?=', '(?:(?!', '(?:(?<=', '(?:(?<!'), tie('pattern'))
      .map(([open, body]) => (open.length > 3 ? `${open}${body}))` : `${open}${body})`)),
  }));
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.'), maxLength: 7 });

  it('finds what ECMAScript finds', () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 5, maxLength: 5 }), (source, texts) => {
        const ours = new Pattern(source);
        const theirs = new RegExp(source);
        for (const each of texts) assert.equal(ours.test(each), theirs.test(each), `/${source}/ in '${each}'`);
      }),
      { numRuns: 2000 },
    );
  });

  it('is read or refused, whatever it is', () => {
    const sign = fc.constantFrom(...'ab01\\()[]{}?*+|^$.,-:=!<>ipsxPnQ#'.split(''), '(?', '[[:', '😀');
    fc.assert(
      fc.property(fc.string({ unit: sign, maxLength: 30 }), (source) => {
        try {
          new Pattern(source).test('ab01');
        } catch (error) {
          assert.ok(error instanceof PatternError, String(error));
        }
      }),
      { numRuns: 5000 },
    );
  });
});
