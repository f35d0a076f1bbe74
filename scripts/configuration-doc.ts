/**
 * Writes `docs/CONFIGURATION.md` from the settings table (`npm run docs`). A test compares the file with what this
 * would write, so the page cannot fall behind.
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { listSettings } from '../src/config/resolve.ts';
import { environmentVariable } from '../src/config/setting.ts';

const PATH = new URL('../docs/CONFIGURATION.md', import.meta.url);

const PREAMBLE = `# Configuration

Every setting has one name in three spellings: \`kafka-port\` is the flag \`--kafka-port\`, the environment variable
\`TRILOG_KAFKA_PORT\`, and the key \`kafka-port\` of the YAML file that \`--config FILE\` (or \`TRILOG_CONFIG\`) names. A flag
beats the environment, which beats the file, which beats the default. The file is one flat map:

\`\`\`yaml
data-dir: /var/lib/trilog
kafka-host: 0.0.0.0
kafka-advertised-host: broker.example
segment-bytes-max: 128 MiB
log-retention-ms: 3 d
\`\`\`

Bytes take the units B, KiB, MiB, GiB, TiB (powers of 1024); durations take ms, s, min, h, d. A bare number counts bytes
or milliseconds. An unknown flag or key, a value out of range or a foreign unit stops the start with exit code 2 and a
message that names the setting, where it came from, and what is allowed.

This page is generated from \`src/config/settings.ts\` by \`npm run docs\`.
`;

const HEADINGS: Readonly<Record<ReturnType<typeof listSettings>[number]['slice'], string>> = {
  node: 'Node',
  storage: 'Storage',
  kafka: 'Kafka listener',
  amqp: 'AMQP listeners',
  sqs: 'SQS listener',
  management: 'Management API',
  topics: 'Topics',
  queues: 'Queues and exchanges',
  security: 'Users',
  groups: 'Consumer groups',
  producers: 'Producers',
  transactions: 'Transactions',
};

export function configurationDoc(): string {
  const sections = new Map<string, string[]>();
  for (const { slice, setting } of listSettings()) {
    const { flag, type, range, defaultText, doc } = setting;
    const rows = sections.get(slice) ?? [];
    sections.set(slice, rows);
    const cells = [`\`${flag}\``, `\`${environmentVariable(flag)}\``, type, defaultText, range, doc];
    rows.push(`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  }
  const pages = listSlices().map((slice) =>
    [
      `\n## ${HEADINGS[slice]}\n`,
      '| Setting | Environment variable | Type | Default | Allowed | Meaning |',
      '| --- | --- | --- | --- | --- | --- |',
      ...(sections.get(slice) ?? []),
      '',
    ].join('\n'),
  );
  return PREAMBLE + pages.join('');
}

function listSlices(): (keyof typeof HEADINGS)[] {
  return [...new Set(listSettings().map(({ slice }) => slice))];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(PATH, configurationDoc());
