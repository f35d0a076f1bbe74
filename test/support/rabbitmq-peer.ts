/**
 * RabbitMQ itself as a single node on 127.0.0.1: the peer of side-by-side benchmarks and of differential tests, as Debian's package
 * installs it, without plugins and with its own defaults. It gets a home, a data folder, ports and a name of its own, so it meets no other RabbitMQ
 * of the machine. The name server of Erlang's nodes (epmd) is started here too, or RabbitMQ would leave one behind. Both are ended
 * by their process ids. The data folder is the caller's.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, type Exit, freePort, run, waitForPort } from './child.ts';
import { buildOnce } from './clients-lock.ts';

/** Debian's scripts ask for their own user only in /usr/sbin; these run as whoever starts them. */
const program = process.env.TRILOG_RABBITMQ ?? '/usr/lib/rabbitmq/bin/rabbitmq-server';
const startTimeoutMs = 120_000;
const stopGraceMs = 20_000;
const updateMsMax = 60_000;
const downloadMsMax = 120_000;
const unpackMsMax = 120_000;
export const installMsMax = updateMsMax + downloadMsMax + unpackMsMax;
const startAttempts = 3;

export interface RabbitPeer {
  readonly name: 'rabbitmq';
  readonly port: number;
  readonly pid: number;
  readonly spawnedAtMs: number;
  readonly exited: Promise<Exit>;
  output(): string;
  stop(): Promise<void>;
}

export function hasRabbit(): boolean {
  return existsSync(program);
}

/**
 * Why RabbitMQ is not there; undefined where it is. Where it is missing it is installed, if this is Debian and we are root: in
 * no more than `installMsMax`, and once for all processes. What has been downloaded is unpacked without being interrupted.
 */
export async function whyNoRabbit(): Promise<string | undefined> {
  if (hasRabbit()) return undefined;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return 'RabbitMQ is not installed';
  try {
    // Where packages are, and not in the cache of tests, which another machine may have filled.
    await buildOnce('/var/lib/trilog-tests/rabbitmq', 'installed', install);
  } catch (error) {
    return `RabbitMQ is not installed: ${error instanceof Error ? error.message : String(error)}`;
  }
  return hasRabbit() ? undefined : `RabbitMQ was installed, but ${program} is not there`;
}

async function install(): Promise<void> {
  // In run level 1 the package does not start its service.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const patience = ['-o', 'Acquire::http::Timeout=15', '-o', 'Acquire::Retries=1', '-o', 'DPkg::Lock::Timeout=30'];
  const apt = async (timeoutMs: number, ...args: string[]) => {
    const { code, output } = await run('apt-get', ['-qq', ...patience, ...args], { env, timeoutMs });
    if (code !== 0) throw new Error(`apt-get ${args[0]} failed:\n${output}`);
  };
  const wanted = ['-y', '--no-install-recommends', 'rabbitmq-server'];
  await apt(updateMsMax, 'update');
  await apt(downloadMsMax, 'install', '--download-only', ...wanted);
  await apt(unpackMsMax, 'install', '--no-download', ...wanted);
}

/** Such as `3.10`; undefined when it can't be told. */
export async function rabbitVersion(): Promise<string | undefined> {
  const result = await run('dpkg-query', ['--showformat', '$' + '{Version}', '--show', 'rabbitmq-server'], {
    timeoutMs: 30_000,
  });
  return /^\d+\.\d+/.exec(result.stdout)?.[0];
}

interface Ports {
  readonly amqp: number;
  readonly names: number;
  readonly nodes: number;
}

async function environment(dataDir: string, { amqp, names, nodes }: Ports): Promise<Record<string, string>> {
  const place = (name: string) => join(dataDir, name);
  for (const folder of ['home', 'mnesia', 'log']) await mkdir(place(folder), { recursive: true });
  await writeFile(place('rabbitmq.conf'), `listeners.tcp.1 = 127.0.0.1:${amqp}\n`);
  await writeFile(place('plugins'), '[].\n');
  return {
    HOME: place('home'),
    RABBITMQ_NODENAME: `trilog-peer-${amqp}@localhost`,
    RABBITMQ_MNESIA_BASE: place('mnesia'),
    RABBITMQ_LOG_BASE: place('log'),
    RABBITMQ_CONFIG_FILE: place('rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: place('plugins'),
    RABBITMQ_PID_FILE: place('pid'),
    // The script becomes the broker instead of waiting for it, so that its process id is the broker's.
    RABBITMQ_ALLOW_INPUT: '1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-noinput',
    RABBITMQ_DIST_PORT: String(nodes),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(names),
  };
}

export async function startRabbitPeer(options: { readonly dataDir: string }): Promise<RabbitPeer> {
  const ports: Ports = { amqp: await freePort(), names: await freePort(), nodes: await freePort() };
  const env = await environment(options.dataDir, ports);
  const names = new Child('epmd', 'epmd', ['-address', '127.0.0.1', '-port', String(ports.names)]);
  const broker = new Child('rabbitmq-server', program, [], { env });
  const stop = async () => {
    await broker.stop(stopGraceMs);
    await names.stop(stopGraceMs);
  };
  try {
    await waitForPort(broker, ports.amqp, startTimeoutMs);
  } catch (error) {
    await stop();
    throw error;
  }
  const { pid, spawnedAtMs, exited } = broker;
  return { name: 'rabbitmq', port: ports.amqp, pid, spawnedAtMs, exited, output: () => broker.output, stop };
}

/** With a data folder of its own, which goes with it. */
export async function startRabbit(): Promise<RabbitPeer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'trilog-rabbitmq-'));
  for (let attempt = 1; ; attempt += 1) {
    try {
      const peer = await startRabbitPeer({ dataDir });
      const stop = async () => {
        await peer.stop();
        await rm(dataDir, { recursive: true, force: true });
      };
      return { ...peer, stop };
    } catch (error) {
      if (attempt < startAttempts && /in use|eaddrinuse/i.test(String(error))) continue;
      await rm(dataDir, { recursive: true, force: true });
      throw error;
    }
  }
}
