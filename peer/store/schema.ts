/**
 * The tables of a peer's durable state. Addresses are network-order bytes, so that they compare as
 * numbers and both families share a column; every address in use is in one table, where the
 * primary key keeps it unique whatever the code above believes.
 */

/** Grows when a table changes its meaning; a file of a later format is refused. */
export const STATE_FORMAT = 1;

export const STATE_SCHEMA = `
CREATE TABLE binding (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  cluster TEXT NOT NULL, node_name TEXT NOT NULL, machine_id TEXT NOT NULL
) STRICT;
CREATE TABLE self (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  peer TEXT NOT NULL, private_key BLOB NOT NULL, epoch INTEGER NOT NULL,
  registered_rev INTEGER NOT NULL, view_rev INTEGER NOT NULL, founder TEXT
) STRICT;
CREATE TABLE member (peer TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE block (
  address BLOB PRIMARY KEY, length INTEGER NOT NULL, term INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE counterparty (
  peer TEXT PRIMARY KEY,
  granted INTEGER NOT NULL, cleared INTEGER NOT NULL, accepted INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE pending (
  peer TEXT NOT NULL REFERENCES counterparty (peer), n INTEGER NOT NULL,
  address BLOB NOT NULL UNIQUE, length INTEGER NOT NULL, term INTEGER NOT NULL,
  registered_rev INTEGER NOT NULL,
  PRIMARY KEY (peer, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE attachment (
  made INTEGER PRIMARY KEY AUTOINCREMENT,
  container_id TEXT NOT NULL, interface_name TEXT NOT NULL,
  host_interface TEXT NOT NULL, pod_mac TEXT NOT NULL, pod_name TEXT NOT NULL,
  UNIQUE (container_id, interface_name)
) STRICT;
CREATE TABLE address (
  address BLOB PRIMARY KEY,
  attachment INTEGER REFERENCES attachment (made)
) STRICT, WITHOUT ROWID;
CREATE INDEX address_by_attachment ON address (attachment);
CREATE TABLE resting (released INTEGER PRIMARY KEY AUTOINCREMENT, address BLOB NOT NULL UNIQUE) STRICT;
`;

/** Apart, because states of this format that were written before there were such tables lack them. */
export const LATER_SCHEMA = `
CREATE TABLE IF NOT EXISTS cluster_settings (
  one INTEGER PRIMARY KEY CHECK (one = 1), universe TEXT NOT NULL, vni INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS fence (
  one INTEGER PRIMARY KEY CHECK (one = 1), reason TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS history (
  one INTEGER PRIMARY KEY CHECK (one = 1), mark TEXT NOT NULL
) STRICT;
`;
