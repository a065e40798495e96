/** What the writes add up to, by their definition and without SQL: a disk that crashes can't hurt. */
import assert from 'node:assert/strict';
import { attachmentKey } from '#peer/ipam/attachment.ts';
import { compareCidrs, containsAddress, equalAddresses } from '#peer/ipam/cidr.ts';
import { type Durable, EMPTY_DURABLE } from '#peer/ipam/durable.ts';
import type { AddressWrite, CustodyWrite, Write } from '#peer/ipam/writes.ts';

export class MemoryStore {
  durable: Durable = EMPTY_DURABLE;

  commit(writes: readonly Write[]): void {
    for (const write of writes) this.durable = apply(this.durable, write);
  }
}

function apply(durable: Durable, write: Write): Durable {
  // Of use to the next start alone, which then does not read the rest.
  if (write.type === 'set-fenced') return durable;
  return isAddressWrite(write) ? applyAddress(durable, write) : applyCustody(durable, write);
}

function isAddressWrite(write: Write): write is AddressWrite {
  return ['add-attachment', 'remove-attachment', 'add-vtep'].includes(write.type);
}

function applyAddress(durable: Durable, write: AddressWrite): Durable {
  const { attachments, vtep, resting } = durable;
  if (write.type === 'remove-attachment') {
    const isIt = (key: string) => key === attachmentKey(write.key);
    const gone = attachments.filter((entry) => isIt(attachmentKey(entry)));
    const released = gone.flatMap(({ addresses }) => addresses);
    return {
      ...durable,
      attachments: attachments.filter((entry) => !gone.includes(entry)),
      resting: [...resting, ...released],
    };
  }
  const taken = write.type === 'add-vtep' ? [write.address] : write.attachment.addresses;
  const left = resting.filter((value) => !taken.some((other) => equalAddresses(value, other)));
  if (write.type === 'add-vtep') return { ...durable, vtep: [...vtep, ...taken], resting: left };
  return { ...durable, attachments: [...attachments, write.attachment], resting: left };
}

function applyCustody(durable: Durable, write: CustodyWrite): Durable {
  const { custody, resting } = durable;
  const { hold, pending, counterparties } = custody;
  const set = (part: Partial<Durable['custody']>) => ({
    ...durable,
    custody: { ...custody, ...part },
  });
  switch (write.type) {
    case 'hold-block':
      return set({ hold: [...hold, write.block] });
    case 'drop-block':
      return set({ hold: hold.filter(({ cidr }) => compareCidrs(cidr, write.cidr) !== 0) });
    case 'add-pending': {
      const { cidr } = write.grant.block;
      const left = resting.filter((address) => !containsAddress(cidr, address));
      return { ...set({ pending: [...pending, write.grant] }), resting: left };
    }
    case 'drop-pending':
      return set({ pending: pending.filter(({ to, n }) => to !== write.to || n !== write.n) });
    case 'set-counterparty': {
      const others = counterparties.filter(({ peer }) => peer !== write.counterparty.peer);
      return set({ counterparties: [...others, write.counterparty] });
    }
    case 'drop-counterparty': {
      const { peer } = write;
      assert.ok(!pending.some(({ to }) => to === peer), 'a grant to a peer that is forgotten');
      return set({ counterparties: counterparties.filter((entry) => entry.peer !== peer) });
    }
    case 'set-view':
      return set({ view: write.view });
    case 'set-registered':
      return set({ registeredRev: write.rev });
    case 'set-founder':
      return set({ founder: write.founder });
    case 'set-history-mark':
      return set({ historyMark: write.mark });
    default:
      return durable;
  }
}
