/**
 * The network between many nodes: each is cabled to one router, which is all that it resolves, as on
 * a cloud that gives hosts a /32. On a bridge a hundred nodes that talk to each other would fill the
 * kernel's table of neighbours, which all namespaces of a machine share (gc_thresh3: 1,024 entries).
 */
import { createNamespace, type Namespace } from '#test/support/namespace.ts';
import { runIpBatch } from '../cluster/command.ts';

/** RFC 2544 sets 198.18.0.0/15 aside for testing networks. */
const PREFIX = '198.18';
/** Link-local (RFC 3927): the router has it on each of its ports. */
const ROUTER_ADDRESS = '169.254.1.1';
const BYTE = 256;

export class RoutedUnderlay implements AsyncDisposable {
  readonly #router: Namespace;
  #ports = 0;

  private constructor(router: Namespace) {
    this.#router = router;
  }

  static async create(): Promise<RoutedUnderlay> {
    const router = await createNamespace();
    await router.exec('sysctl', '-qw', 'net.ipv4.ip_forward=1');
    return new RoutedUnderlay(router);
  }

  /** Cables a namespace to the others; resolves to its address. The cable goes with the namespace. */
  async connect(namespace: Namespace): Promise<string> {
    const number = ++this.#ports;
    const port = `port${number}`;
    const address = `${PREFIX}.${Math.floor(number / BYTE)}.${number % BYTE}`;
    await runIpBatch(
      [
        `link add ${port} type veth peer name eth0 netns ${namespace.name}`,
        `addr add ${ROUTER_ADDRESS}/32 dev ${port}`,
        `link set ${port} up`,
        `route add ${address}/32 dev ${port}`,
      ],
      this.#router.name,
    );
    await runIpBatch(
      [
        `addr add ${address}/32 dev eth0`,
        'link set eth0 up',
        `route add default via ${ROUTER_ADDRESS} dev eth0 onlink`,
      ],
      namespace.name,
    );
    return address;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#router[Symbol.asyncDispose]();
  }
}
