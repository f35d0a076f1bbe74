/**
 * rabbitmqadmin, RabbitMQ's own program for its management API, unmodified: everything it lists, declares, deletes, publishes, gets,
 * imports and exports. Also true of RabbitMQ: `TRILOG_TEST_MANAGEMENT=127.0.0.1:15672` points it there.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import amqplib from 'amqplib';
import { startTrilog } from '../support/broker-process.ts';
import { freePort } from '../support/child.ts';
import { runClient } from '../support/clients-process.ts';
import { pythonWithClients } from '../support/python.ts';
import { requireRuntime } from '../support/runtime.ts';

const TIME_LIMIT_MS = 60_000;
const MODULE = 'rabbitmqadmin.upstream.rabbitmqadmin_original';

type Row = Readonly<Record<string, unknown>>;

class Rabbitmqadmin {
  constructor(
    private readonly python: string,
    private readonly address: { readonly host: string; readonly port: string },
  ) {}

  async run(...args: readonly string[]): Promise<string> {
    const { host, port } = this.address;
    const all = ['-W', 'ignore', '-m', MODULE, '-H', host, '-P', port, ...args];
    return (await runClient(this.python, all, { timeLimitMs: TIME_LIMIT_MS })).join('\n');
  }

  async list(what: string, ...columns: readonly string[]): Promise<Row[]> {
    return JSON.parse(await this.run('-f', 'raw_json', 'list', what, ...columns)) as Row[];
  }

  /** What it complains of. */
  async fails(...args: readonly string[]): Promise<string> {
    const failure = await this.run(...args).then(
      () => assert.fail(`rabbitmqadmin ${args.join(' ')} did not fail`),
      (error: Error) => error.message,
    );
    return failure;
  }
}

interface Target {
  readonly host: string;
  readonly port: string;
  readonly amqpPort: number;
}

async function target(t: TestContext): Promise<Target> {
  const [host = '', port = ''] = (process.env.TRILOG_TEST_MANAGEMENT ?? '').split(':');
  if (host !== '') return { host, port, amqpPort: Number(process.env.TRILOG_TEST_AMQP_PORT ?? 5672) };
  const managementPort = await freePort();
  const broker = await startTrilog({ managementPort });
  t.after(() => broker.stop());
  return { host: '127.0.0.1', port: String(managementPort), amqpPort: broker.amqpPort };
}

const names = (rows: readonly Row[], of = 'name') => rows.map((row) => row[of]);

test('rabbitmqadmin', { timeout: 300_000 }, async (t) => {
  if (!requireRuntime(t, 'python3')) return;
  const { amqpPort, ...address } = await target(t);
  const admin = new Rabbitmqadmin(await pythonWithClients(), address);
  const directory = await mkdtemp(join(tmpdir(), 'trilog-rabbitmqadmin-'));
  t.after(() => rm(directory, { recursive: true }));

  await t.test('declares, lists and deletes vhosts, users and permissions', async () => {
    assert.match(await admin.run('declare', 'vhost', 'name=ra-vhost'), /vhost declared/);
    await admin.run('declare', 'user', 'name=ra-user', 'password=secret', 'tags=management');
    const permission = ['vhost=ra-vhost', 'user=ra-user', 'configure=.*', 'write=.*', 'read=.*'];
    await admin.run('declare', 'permission', ...permission);
    assert.ok(names(await admin.list('vhosts')).includes('ra-vhost'));
    assert.ok(names(await admin.list('users')).includes('ra-user'));
    const permissions = await admin.list('permissions');
    assert.ok(permissions.some(({ user, vhost }) => user === 'ra-user' && vhost === 'ra-vhost'));
    assert.match(await admin.run('-u', 'ra-user', '-p', 'secret', 'list', 'vhosts'), /ra-vhost/);
    assert.match(await admin.fails('-u', 'ra-user', '-p', 'wrong', 'list', 'vhosts'), /Access refused/);
    await admin.run('delete', 'permission', 'vhost=ra-vhost', 'user=ra-user');
    await admin.run('delete', 'user', 'name=ra-user');
    assert.match(await admin.fails('delete', 'user', 'name=ra-user'), /Not found/);
  });

  const inVhost = ['-V', 'ra-vhost'];

  await t.test('declares, binds, publishes, gets and purges', async () => {
    await admin.run(...inVhost, 'declare', 'exchange', 'name=ra-x', 'type=topic');
    await admin.run(...inVhost, 'declare', 'queue', 'name=ra-q', 'durable=true', 'arguments={"x-max-length": 100}');
    await admin.run(...inVhost, 'declare', 'queue', 'name=ra-quorum', 'queue_type=quorum');
    const binding = ['source=ra-x', 'destination=ra-q', 'routing_key=a.#', 'arguments={"k": "v"}'];
    await admin.run(...inVhost, 'declare', 'binding', ...binding);
    const published = ['exchange=ra-x', 'routing_key=a.b', 'payload=hello', 'properties={"delivery_mode": 2}'];
    assert.match(await admin.run(...inVhost, 'publish', ...published), /Message published/);
    assert.match(await admin.run(...inVhost, 'publish', 'routing_key=nowhere', 'payload=x'), /NOT routed/);
    const [got] = JSON.parse(await admin.run(...inVhost, '-f', 'raw_json', 'get', 'queue=ra-q')) as Row[];
    assert.deepEqual(
      [got?.payload, got?.exchange, got?.routing_key, got?.properties],
      ['hello', 'ra-x', 'a.b', { delivery_mode: 2 }],
    );
    assert.match(await admin.run(...inVhost, 'get', 'queue=ra-q', 'count=5', 'ackmode=ack_requeue_true'), /hello/);
    const file = join(directory, 'payload');
    await admin.run(...inVhost, 'get', 'queue=ra-q', `payload_file=${file}`);
    assert.equal(await readFile(file, 'utf8'), 'hello');
    await admin.run(...inVhost, 'purge', 'queue', 'name=ra-q');
    assert.match(await admin.run(...inVhost, 'get', 'queue=ra-q'), /No items/);
    assert.match(await admin.run('-d', '3', 'list', 'queues'), /ra-quorum/);
    assert.match(
      await admin.run(...inVhost, '-f', 'kvp', '-S', 'name', '-R', 'list', 'queues', 'name'),
      /ra-quorum.*\n.*ra-q"/,
    );
  });

  await t.test('lists and deletes bindings by their keys', async () => {
    const bindings = await admin.run(...inVhost, '-f', 'raw_json', 'list', 'bindings');
    const own = (JSON.parse(bindings) as Row[]).find(({ source }) => source === 'ra-x');
    assert.match(String(own?.properties_key), /^a\.%23~/);
    const ends = ['source=ra-x', 'destination_type=queue', 'destination=ra-q'];
    await admin.run(...inVhost, 'delete', 'binding', ...ends, `properties_key=${own?.properties_key}`);
    assert.match(await admin.fails(...inVhost, 'delete', 'binding', ...ends), /Not found/);
  });

  await t.test('sets policies, operator policies, limits and parameters', async () => {
    const policy = ['name=ra-p', 'pattern=^ra-', 'definition={"max-length": 7}', 'apply-to=queues', 'priority=3'];
    await admin.run(...inVhost, 'declare', 'policy', ...policy);
    await admin.run(...inVhost, 'declare', 'operator_policy', ...policy);
    await admin.run('declare', 'vhost_limit', 'vhost=ra-vhost', 'name=max-queues', 'value=50');
    assert.ok(names(await admin.list('policies')).includes('ra-p'));
    assert.ok(names(await admin.list('operator_policies')).includes('ra-p'));
    assert.ok((await admin.list('vhost_limits')).some(({ vhost }) => vhost === 'ra-vhost'));
    assert.ok((await admin.list('parameters')).some(({ component }) => component === 'vhost-limits'));
    assert.match(
      await admin.fails(...inVhost, 'declare', 'policy', 'name=bad', 'pattern=(', 'definition={"max-length": 7}'),
      /regular expression/,
    );
    await admin.run(...inVhost, 'delete', 'policy', 'name=ra-p');
    await admin.run(...inVhost, 'delete', 'operator_policy', 'name=ra-p');
    await admin.run('delete', 'vhost_limit', 'vhost=ra-vhost', 'name=max-queues');
  });

  await t.test('exports and imports definitions', async () => {
    const file = join(directory, 'definitions.json');
    await admin.run('export', file);
    const exported = JSON.parse(await readFile(file, 'utf8')) as Readonly<Record<string, Row[]>>;
    assert.ok(names(exported.queues ?? []).includes('ra-q'));
    await writeFile(
      file,
      JSON.stringify({
        queues: [{ name: 'ra-imported', vhost: 'ra-vhost', durable: true, auto_delete: false, arguments: {} }],
      }),
    );
    await admin.run('import', file);
    assert.ok(names(await admin.list('queues')).includes('ra-imported'));
    const ofVhost = join(directory, 'vhost.json');
    await admin.run(...inVhost, 'export', ofVhost);
    await admin.run(...inVhost, 'import', ofVhost);
  });

  await t.test('shows everything in tables, however deep', async () => {
    const all =
      'exchanges queues bindings users vhosts permissions nodes parameters policies operator_policies vhost_limits';
    for (const what of [...all.split(' '), 'connections', 'channels', 'consumers']) {
      await admin.run('-d', '5', 'list', what);
    }
    await admin.run('-d', '5', 'show', 'overview');
  });

  await t.test('shows the node and closes connections', async () => {
    assert.match(await admin.run('show', 'overview'), /rabbitmq_version/);
    assert.equal((await admin.list('nodes')).length, 1);
    const connection = await amqplib.connect(`amqp://guest:guest@127.0.0.1:${amqpPort}`);
    const closed = new Promise((resolve) => connection.on('close', resolve));
    connection.on('error', () => {});
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.consume(queue, () => {});
    assert.ok(names(await admin.list('channels')).length > 0);
    assert.ok((await admin.list('consumers')).length > 0);
    const [name] = names(await admin.list('connections'));
    await admin.run('close', 'connection', `name=${name}`);
    await closed;
  });

  await t.test('deletes what it made', async () => {
    await admin.run(...inVhost, 'delete', 'queue', 'name=ra-q');
    await admin.run(...inVhost, 'delete', 'exchange', 'name=ra-x');
    assert.match(await admin.fails(...inVhost, 'delete', 'queue', 'name=ra-q'), /Not found/);
    await admin.run('delete', 'vhost', 'name=ra-vhost');
    assert.ok(!names(await admin.list('vhosts')).includes('ra-vhost'));
  });
});
