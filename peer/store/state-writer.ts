/** One write of ownership as SQL. Runs inside the caller's transaction. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { unreachable } from '../assert.ts';
import type { Attachment, AttachmentKey } from '../ipam/attachment.ts';
import { addressBytes, type Cidr, lastAddress } from '../ipam/cidr.ts';
import type { View } from '../ipam/custody-state.ts';
import type { DurableGrant } from '../ipam/durable.ts';
import type { Write } from '../ipam/writes.ts';

export class StateWriter {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  apply(write: Write): void {
    switch (write.type) {
      case 'hold-block': {
        const { cidr, term } = write.block;
        const sql = 'INSERT INTO block (address, length, term) VALUES (?, ?, ?)';
        return this.#run(sql, firstBytes(cidr), cidr.length, term);
      }
      case 'drop-block':
        return this.#run('DELETE FROM block WHERE address = ?', firstBytes(write.cidr));
      case 'add-pending':
        return this.#addPending(write.grant);
      case 'drop-pending':
        return this.#run('DELETE FROM pending WHERE peer = ? AND n = ?', write.to, write.n);
      case 'set-counterparty': {
        const { peer, granted, cleared, accepted } = write.counterparty;
        const sql = `INSERT INTO counterparty (peer, granted, cleared, accepted) VALUES (?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET granted = excluded.granted, cleared = excluded.cleared,
          accepted = excluded.accepted`;
        return this.#run(sql, peer, granted, cleared, accepted);
      }
      case 'drop-counterparty':
        return this.#run('DELETE FROM counterparty WHERE peer = ?', write.peer);
      case 'set-view':
        return this.#setView(write.view);
      case 'set-registered':
        return this.#run('UPDATE self SET registered_rev = ?', write.rev);
      case 'set-founder':
        return this.#run('UPDATE self SET founder = ?', write.founder);
      case 'set-history-mark': {
        const mark = write.mark.toString(16);
        return this.#run('INSERT OR REPLACE INTO history (one, mark) VALUES (1, ?)', mark);
      }
      case 'add-attachment':
        return this.#addAttachment(write.attachment);
      case 'remove-attachment':
        return this.#removeAttachment(write.key);
      case 'add-vtep':
        return this.#use(addressBytes(write.address), null);
      case 'set-fenced':
        return this.#run('INSERT OR REPLACE INTO fence (one, reason) VALUES (1, ?)', write.reason);
      default:
        return unreachable(write);
    }
  }

  #addPending({ block, to, n, registeredRev }: DurableGrant): void {
    const { cidr, term } = block;
    const sql = `INSERT INTO pending (peer, n, address, length, term, registered_rev)
      VALUES (?, ?, ?, ?, ?, ?)`;
    this.#run(sql, to, n, firstBytes(cidr), cidr.length, term, registeredRev);
    // Both families share the column, and bytes of different lengths never compare as in between:
    // a shorter key that is a prefix sorts first, so the length is asked for, too.
    const range = `length(address) = length(?1) AND address BETWEEN ?1 AND ?2`;
    this.#run(`DELETE FROM resting WHERE ${range}`, firstBytes(cidr), lastBytes(cidr));
  }

  #setView({ rev, members }: View): void {
    this.#run('UPDATE self SET view_rev = ?', rev);
    this.#run('DELETE FROM member');
    for (const [peer, name] of members) {
      this.#run('INSERT INTO member (peer, name) VALUES (?, ?)', peer, name);
    }
  }

  #addAttachment(attachment: Attachment): void {
    const { containerId, interfaceName, hostInterface, podMac, podName } = attachment;
    const sql = `INSERT INTO attachment
      (container_id, interface_name, host_interface, pod_mac, pod_name) VALUES (?, ?, ?, ?, ?)`;
    const result = this.#statement(sql).run(
      containerId,
      interfaceName,
      hostInterface,
      podMac,
      podName,
    );
    for (const address of attachment.addresses) {
      this.#use(addressBytes(address), result.lastInsertRowid);
    }
  }

  #use(address: Uint8Array, attachment: number | bigint | null): void {
    this.#run('DELETE FROM resting WHERE address = ?', address);
    this.#run('INSERT INTO address (address, attachment) VALUES (?, ?)', address, attachment);
  }

  #removeAttachment({ containerId, interfaceName }: AttachmentKey): void {
    const made = `(SELECT made FROM attachment WHERE container_id = ? AND interface_name = ?)`;
    const key = [containerId, interfaceName];
    const rest = `INSERT INTO resting (address) SELECT address FROM address WHERE attachment = ${made}`;
    this.#run(rest, ...key);
    this.#run(`DELETE FROM address WHERE attachment = ${made}`, ...key);
    this.#run('DELETE FROM attachment WHERE container_id = ? AND interface_name = ?', ...key);
  }

  #run(sql: string, ...values: readonly (string | number | bigint | Uint8Array | null)[]): void {
    this.#statement(sql).run(...values);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#database.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

function firstBytes({ family, address }: Cidr): Uint8Array {
  return addressBytes({ family, value: address });
}

function lastBytes(cidr: Cidr): Uint8Array {
  return addressBytes({ family: cidr.family, value: lastAddress(cidr) });
}
