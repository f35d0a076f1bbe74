/**
 * The management API over a running node: puts together what it stands on, samples the counters in the background, and serves the
 * connections that are handed to `server.accept`. It is outside of the node, which runs without it where nobody wants it, and knows
 * of this machine what it is told.
 */
import { BackgroundTask } from '../base/background-task.ts';
import type { SystemFacts } from '../base/system-facts.ts';
import type { Settings } from '../config/settings.ts';
import { AdminServer } from '../gateway/admin/admin-server.ts';
import { AuthAttempts } from '../gateway/admin/auth-attempts.ts';
import { Rates } from '../gateway/admin/rates/rates.ts';
import type { ListenerFacts, NodePort } from '../gateway/admin/services.ts';
import { AmqpManagement } from '../gateway/amqp/management.ts';
import { offeredMechanisms } from '../security/sasl/mechanisms.ts';
import type { Node } from './node.ts';

export interface ManagementDeps {
  readonly node: Node;
  readonly settings: Settings;
  /** Of this program. */
  readonly version: string;
  /** Where clients of every protocol connect to. */
  listeners(): readonly ListenerFacts[];
  system(): SystemFacts;
  freeDiskBytes(): Promise<number>;
  onFatal(error: Error): void;
}

const TIMEOUT_CHECK_INTERVAL_MS = 15_000;

export class Management {
  readonly server: AdminServer;
  readonly #tasks: readonly BackgroundTask[];

  constructor(deps: ManagementDeps) {
    const { node, settings, onFatal } = deps;
    const { catalog, queues, security, clock, logger, durability } = node.amqp.services;
    const amqp = new AmqpManagement(node.amqp);
    const { management } = settings;
    const rates = new Rates({ clock, catalog, queues, amqp, samplesMax: management.samplesMax });
    this.server = new AdminServer({
      catalog,
      queues,
      security,
      amqp,
      node: nodePort(deps, clock.nowMs()),
      rates,
      attempts: new AuthAttempts(),
      clock,
      logger,
      durability,
      settings: management,
    });
    const every = (name: string, intervalMs: number, tick: () => void | Promise<void>) =>
      new BackgroundTask({ name, clock, intervalMs, tick, onFatal });
    const sampling = every('rates', management.sampleIntervalMs, () => rates.sample());
    // The first sample is what the first rates are measured from.
    sampling.poke();
    this.#tasks = [
      sampling,
      every('management timeouts', TIMEOUT_CHECK_INTERVAL_MS, () => this.server.checkTimeouts()),
    ];
    for (const task of this.#tasks) task.start();
  }

  /** Before the node stops: requests have no effect from now on. */
  async freeze(): Promise<void> {
    this.server.freeze();
    await Promise.all(this.#tasks.map((task) => task.stop()));
  }
}

function nodePort(deps: ManagementDeps, startedAtMs: number): NodePort {
  const { node, settings, version, listeners, system, freeDiskBytes } = deps;
  const { pressure, sasl } = node.amqp.services;
  const name = `trilog@${settings.node.id}`;
  const { medium, dataDir, diskReserveBytes } = settings.storage;
  return {
    name,
    clusterName: settings.management.clusterName ?? name,
    clusterId: node.clusterId,
    version,
    rabbitmqVersion: settings.amqp.productVersion,
    startedAtMs,
    dataDir: medium === 'memory' ? '' : dataDir,
    mechanisms: offeredMechanisms(settings.amqp.tlsCertificate !== undefined, sasl),
    listeners,
    system,
    freeDiskBytes,
    diskReserveBytes,
    get hasSpace() {
      return pressure.hasSpace;
    },
  };
}
