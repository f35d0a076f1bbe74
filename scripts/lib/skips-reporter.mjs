/** A reporter of `node:test` that says one thing, last: which tests were skipped, and why. */
export default async function* skipsReporter(source) {
  const skipped = [];
  for await (const { type, data } of source) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.skip === undefined) continue;
    skipped.push(`  ${data.name}${typeof data.skip === 'string' ? `: ${data.skip}` : ''}`);
  }
  yield skipped.length === 0 ? 'Nothing was skipped.\n' : `Skipped (${skipped.length}):\n${skipped.join('\n')}\n`;
}
