/** How the figures of the mesh bench came about, in words, for docs/BENCHMARKS.md. */
import { list } from './page-parts.ts';

export interface Method {
  /** Processes that share the peers. */
  readonly groups: number;
  /** Of each size. */
  readonly runs: number;
}

export function describeMethod({ groups, runs }: Method): readonly string[] {
  return [
    '## How it was measured',
    list([
      'Figures are medians of the runs, with the least and the most in parentheses; of a record and of a host that vanishes there are several in each run. Runs of Weft and of memberlist take turns; where those of memberlist have taken two minutes together there is no further one, so at 500 peers, where its start does not end before its limit, it is run once. A kilobyte is 1,000 bytes.',
      '**start**: all peers listen, then all start at once, each told to join at the same three. Until the last one has the record of everybody; for Weft also until every link that the rings want is up. The target is for the links at 30 and 60 peers, as for Weave mesh; above that it is until all know all, as memberlist, with which it is compared, has no links.',
      '**one record to all**: a peer publishes its record anew; until the last one has it. 20 records in turn from peers spread over the mesh (memberlist: 10 updates of metadata, 2 s apart, as their echo takes so long). Bytes and CPU time are what was sent and spent beyond an idle mesh, copies that go out after the last peer had it included.',
      '**host vanishes**: from then on a packet filter drops all that goes to or comes from its address: no FIN, no RST, no ICMP. Until each of the others counts it as down (memberlist: has told its delegate that it left). Three hosts in turn.',
      '**idle**: 10 s, beginning 20 s after the start.',
      'Bytes are those of the loopback device of a network namespace that has nothing else in it, headers of Ethernet, IP, TCP and UDP, acknowledgements and TLS included, and each byte counted once, where it is sent. Loopback carries up to 64 KB in one packet, so large transfers have fewer headers there than on a real network: in favour of TCP, most so at the start.',
      'CPU time is that of all processes in user and kernel mode, divided by the peers.',
      '**memory**: the whole daemon as a node runs it, with its kernel programmed, in namespaces. Of the 5,000 others that it comes to know only its neighbours on the rings are there, in one process, and bring it the records of all. One process, looked at six times, 20 s apart, from the moment when it knows all.',
    ]),
    '## What is real, what is shared, what is quoted',
    list([
      "A peer of the mesh bench is the daemon's own core, driver, codec and transport: TLS 1.3, the handshake with its proofs, WebSockets, each peer with a loopback address, an identity and a certificate of its own. It has no disk (memory instead), no kernel to program and no arbiter: all were registered beforehand and hold a block, as after a power failure of everything whose caches are lost.",
      `All peers of a mesh share ${groups} processes, one a core, and so compiled code, a heap and an event loop: a peer waits for the others' work. Real peers have a machine each.`,
      'Peers of one process share the outcome of verifying a signature: every record is verified once in each process, and looked up by a hash after that. Otherwise two cores would do one after the other what hundreds of machines do at once: 250,000 verifications of 125 us at 500 peers. One size is also measured without it; at 500 peers two cores would have 15 s to do with these alone. Nothing else is shared, and every peer parses and keeps every record itself.',
      'What a peer publishes of itself is 200 bytes, as much as the metadata that each node of memberlist has; name and address of the latter come on top, and a signature of 64 bytes, a key of 32 and versions of ours.',
      'memberlist is version 0.7.0 with DefaultLANConfig, which has neither encryption nor signatures. All its nodes are in one process, on real UDP and TCP sockets, in the same kind of namespace. Where its nodes did not come to know each other within 300 s when all joined at once, the other scenarios are measured on nodes that joined at 20 a second; where those did not within 300 s either, they are left out.',
      "Weave mesh's figures are quoted: measured once, on a machine of the same kind, with its last commit, all routers in one process, addresses given, on TCP without encryption.",
    ]),
    '## Again',
    'It needs root, 2 cores to be comparable, and Go for memberlist.',
    `\`\`\`sh\nnpm run bench -- mesh --runs ${runs} --rivals --output bench/results/mesh.json\nnpm run bench -- page\n\`\`\``,
  ];
}
