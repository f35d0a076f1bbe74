/**
 * The management API over a running node: puts together what it stands on, samples the counters in the background, and serves. It
 * is outside of the node, which runs without it under simulation.
 */
import { BackgroundTask } from '../base/background-task.ts';
import type { SystemFacts } from '../base/system-facts.ts';
import type { Settings } from '../config/settings.ts';
import { type Address, AdminServer } from '../gateway/admin/admin-server.ts';
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
  /** Where the node listens, but for this API. */
  readonly listeners: readonly ListenerFacts[];
  system(): SystemFacts;
  freeDiskBytes(): Promise<number>;
  onFatal(error: Error): void;
}

export class Management {
  readonly server: AdminServer;
  readonly #sampling: BackgroundTask;
  #address: Address | undefined;

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
      node: nodePort(deps, clock.nowMs(), () => this.#address),
      rates,
      attempts: new AuthAttempts(),
      clock,
      logger,
      durability,
      settings: management,
    });
    const { sampleIntervalMs: intervalMs } = management;
    this.#sampling = new BackgroundTask({ name: 'rates', clock, intervalMs, tick: () => rates.sample(), onFatal });
    // The first sample is what the first rates are measured from.
    this.#sampling.poke();
    this.#sampling.start();
  }

  /** Where it listens, once it does. */
  get address(): Address | undefined {
    return this.#address;
  }

  async listen(): Promise<Address> {
    this.#address = await this.server.listen();
    return this.#address;
  }

  /** Before the node stops: requests have no effect from now on. */
  async freeze(): Promise<void> {
    this.server.freeze();
    await this.#sampling.stop();
  }

  /** After the node has stopped: sends what may leave, and closes. */
  async close(): Promise<void> {
    await this.server.close();
  }
}

function nodePort(deps: ManagementDeps, startedAtMs: number, address: () => Address | undefined): NodePort {
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
    listeners: () => {
      const own = address();
      return own === undefined ? listeners : [...listeners, { protocol: 'http', ...own }];
    },
    system,
    freeDiskBytes,
    diskReserveBytes,
    get hasSpace() {
      return pressure.hasSpace;
    },
  };
}
