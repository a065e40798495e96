/**
 * The tables back into values. Whatever can't be one of ours is StateDamaged: SQLite's own check
 * sees torn pages, but not a value that was changed by hand or by another program.
 */
import type { DatabaseSync } from 'node:sqlite';
import { type Address, type Cidr, addressFromBytes, bits, isAligned } from '../ipam/cidr.ts';
import type { Block } from '../ipam/custody-state.ts';
import type { Attachment } from '../ipam/attachment.ts';
import type { Durable, DurableCustody } from '../ipam/durable.ts';
import { describeDamage } from '../ipam/durable-check.ts';
import { type PeerId, parsePeerId } from '../mesh/peer-id.ts';
import { StateDamaged } from './errors.ts';

/** 128 bits, in hex. */
const MARK_PATTERN = /^[0-9a-f]{1,32}$/;

type Row = Readonly<Record<string, unknown>>;

/** The row of the peer itself. */
export interface Self {
  readonly peer: PeerId;
  readonly privateKey: Uint8Array;
  readonly epoch: bigint;
  readonly registeredRev: bigint;
  readonly viewRev: bigint;
  readonly founder: PeerId | undefined;
}

/** Throws StateDamaged. */
export function readSelf(database: DatabaseSync): Self {
  const [row] = readRows(database, 'SELECT * FROM self');
  if (row === undefined) throw new StateDamaged('the row of the peer itself is missing');
  const { founder } = row;
  return {
    peer: peerOf(row['peer']),
    privateKey: bytesOf(row['private_key']),
    epoch: integerOf(row['epoch']),
    registeredRev: integerOf(row['registered_rev']),
    viewRev: integerOf(row['view_rev']),
    founder: founder === null ? undefined : peerOf(founder),
  };
}

/** As they are kept: the universe as text. */
export interface RememberedSettings {
  readonly universe: string;
  readonly vni: bigint;
}

/** Undefined when none were kept yet. Throws StateDamaged. */
export function readRememberedSettings(database: DatabaseSync): RememberedSettings | undefined {
  const [row] = readRows(database, 'SELECT * FROM cluster_settings');
  if (row === undefined) return undefined;
  return { universe: textOf(row['universe']), vni: integerOf(row['vni']) };
}

/** Why this identity must not be used again; undefined when it may. Throws StateDamaged. */
export function readFence(database: DatabaseSync): string | undefined {
  const [row] = readRows(database, 'SELECT reason FROM fence');
  return row === undefined ? undefined : textOf(row['reason']);
}

/** Everything of ownership. Throws StateDamaged. */
export function readDurable(database: DatabaseSync): Durable {
  const durable = {
    custody: readCustody(database),
    attachments: readAttachments(database),
    vtep: readAddresses(database, 'SELECT address FROM address WHERE attachment IS NULL').sort(
      (a, b) => a.family - b.family,
    ),
    resting: readAddresses(database, 'SELECT address FROM resting ORDER BY released'),
  };
  const damage = describeDamage(durable);
  if (damage !== undefined) throw new StateDamaged(damage);
  return durable;
}

function readCustody(database: DatabaseSync): DurableCustody {
  const { registeredRev, viewRev, founder } = readSelf(database);
  const members = readRows(database, 'SELECT peer, name FROM member ORDER BY peer');
  const pending = readRows(database, 'SELECT * FROM pending ORDER BY peer, n');
  const counterparties = readRows(database, 'SELECT * FROM counterparty ORDER BY peer');
  return {
    hold: readRows(database, 'SELECT * FROM block ORDER BY address').map(blockOf),
    pending: pending.map((row) => ({
      block: blockOf(row),
      to: peerOf(row['peer']),
      n: Number(integerOf(row['n'])),
      registeredRev: integerOf(row['registered_rev']),
    })),
    counterparties: counterparties.map((row) => ({
      peer: peerOf(row['peer']),
      granted: Number(integerOf(row['granted'])),
      cleared: Number(integerOf(row['cleared'])),
      accepted: Number(integerOf(row['accepted'])),
    })),
    view: {
      rev: viewRev,
      members: new Map(members.map((row) => [peerOf(row['peer']), textOf(row['name'])])),
    },
    registeredRev,
    founder,
    historyMark: readHistoryMark(database),
  };
}

function readHistoryMark(database: DatabaseSync): bigint {
  const [row] = readRows(database, 'SELECT mark FROM history');
  if (row === undefined) return 0n;
  const mark = textOf(row['mark']);
  if (!MARK_PATTERN.test(mark)) throw new StateDamaged(`"${mark}" is no mark of a history`);
  return BigInt(`0x${mark}`);
}

/** In the order of their making. Throws StateDamaged. */
export function readAttachments(database: DatabaseSync): readonly Attachment[] {
  const used = 'SELECT address, attachment FROM address WHERE attachment IS NOT NULL';
  const addresses = new Map<bigint, Address[]>();
  for (const row of readRows(database, used)) {
    const made = integerOf(row['attachment']);
    addresses.set(made, [...(addresses.get(made) ?? []), addressOf(row['address'])]);
  }
  return readRows(database, 'SELECT * FROM attachment ORDER BY made').map((row) => ({
    containerId: textOf(row['container_id']),
    interfaceName: textOf(row['interface_name']),
    addresses: (addresses.get(integerOf(row['made'])) ?? []).sort((a, b) => a.family - b.family),
    hostInterface: textOf(row['host_interface']),
    podMac: textOf(row['pod_mac']),
    podName: textOf(row['pod_name']),
  }));
}

function readAddresses(database: DatabaseSync, sql: string): Address[] {
  return readRows(database, sql).map((row) => addressOf(row['address']));
}

function readRows(database: DatabaseSync, sql: string): readonly Row[] {
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  return statement.all();
}

function blockOf(row: Row): Block {
  return { cidr: cidrOf(row), term: Number(integerOf(row['term'])) };
}

function cidrOf(row: Row): Cidr {
  const { family, value } = addressOf(row['address']);
  const range = { family, address: value, length: Number(integerOf(row['length'])) };
  if (range.length < 0 || range.length > bits(family) || !isAligned(range)) {
    throw new StateDamaged(`a block of length ${range.length} at ${value} is not aligned`);
  }
  return range;
}

function addressOf(value: unknown): Address {
  const address = addressFromBytes(bytesOf(value));
  if (address === undefined) throw new StateDamaged('an address has neither 4 nor 16 bytes');
  return address;
}

function peerOf(value: unknown): PeerId {
  const peer = parsePeerId(textOf(value));
  if (peer === undefined) throw new StateDamaged(`"${textOf(value)}" is no peer id`);
  return peer;
}

function bytesOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new StateDamaged('bytes are expected');
  return value;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new StateDamaged('text is expected');
  return value;
}

function integerOf(value: unknown): bigint {
  if (typeof value !== 'bigint') throw new StateDamaged('an integer is expected');
  return value;
}
